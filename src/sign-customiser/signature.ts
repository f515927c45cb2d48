import { err, ok } from '../result.ts'
import { isGenuine, prefixed } from '../signing/hmac.ts'
import { checkAge, type Scheme } from '../signing/scheme.ts'

/** Sign Customiser's published replay window, either way (guide, "Step 2: Verify Timestamp"). */
const TOLERANCE_SECONDS = 300

/**
 * Sign Customiser's signature: hex HMAC-SHA-256 of the timestamp header as sent, a full stop and the raw body.
 *
 * https://www.signcustomiser.com/help/integrations/custom-api-integration/, steps 1 to 5. Product callback and subscription
 * webhooks are signed alike, each with its own secret.
 */
export const signCustomiserSignature: Scheme = {
  claim({ headers }, now) {
    const timestamp = headers.get('x-webhook-timestamp')
    const signature = headers.get('x-webhook-signature')
    if (!timestamp || !signature)
      return err({
        code: 'missing-signature',
        detail: 'Send both x-webhook-timestamp and x-webhook-signature.',
      })
    if (!/^[0-9a-f]{64}$/i.test(signature))
      return err({
        code: 'malformed-signature',
        detail: 'x-webhook-signature must be exactly 64 hex digits, without a prefix.',
      })
    const refusal = checkAge(timestamp, now, TOLERANCE_SECONDS)
    return refusal ? err(refusal) : ok({ timestamp, signature })
  },

  vouches: ({ timestamp, signature }, body, secrets) =>
    isGenuine(secrets, signature, prefixed(`${timestamp}.`, body)),
}
