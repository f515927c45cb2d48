import { err, ok } from '../result.ts'
import { isGenuine, prefixed } from '../signing/hmac.ts'
import type { Scheme } from '../signing/scheme.ts'

/**
 * Sign Customiser's signature: hex HMAC-SHA-256 of the timestamp header as sent, a full stop and the raw body.
 *
 * https://www.signcustomiser.com/help/integrations/custom-api-integration/, steps 1 to 5. Product callback and subscription
 * webhooks are signed alike, each with its own secret.
 */
export const signCustomiserSignature: Scheme = {
  /** The published replay window, either way (guide, "Step 2: Verify Timestamp"). */
  tolerance: 300,

  likelyCauses:
    'The body was changed or re-serialised after signing, or another secret signed it: ' +
    'the Create Product URL and every webhook subscription have a secret of their own.',

  claim({ headers }) {
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
    return ok({ timestamp, signature })
  },

  async vouches({ timestamp, signature }, body, secrets) {
    const isOurs = await isGenuine(secrets, signature, prefixed(`${timestamp}.`, body))
    return isOurs ? { reading: 'raw', content: body } : null
  },
}
