import { postJson, USER_AGENT } from '../http/exchange.ts'
import { type Sender, webhookOutcome } from '../ledger/channel.ts'
import { readSettings } from '../settings.ts'
import { standardSignatures } from '../signing/standard-webhooks.ts'

const SETTINGS = ['EVENTS_URL', 'EVENTS_SECRET'] as const

/**
 * Forwards events to the store's own endpoint, signed by Standard Webhooks; the ID stays the same however often an event is sent.
 *
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const forwarding: Sender = {
  settings: SETTINGS,
  address: 'EVENTS_URL',
  knowsRepeats: true,

  async send(env, { external_id, body }, signal) {
    const settings = readSettings(env, SETTINGS)
    if (!settings.ok) throw new Error('an event is being sent that can not be sent')

    const timestamp = `${Math.floor(Date.now() / 1000)}`
    const signature = await standardSignatures(settings.value.EVENTS_SECRET, external_id, timestamp, body)
    const answer = await postJson(
      settings.value.EVENTS_URL,
      {
        'Content-Type': 'application/json',
        'User-Agent': USER_AGENT,
        'webhook-id': external_id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      },
      body,
      signal,
    )
    return webhookOutcome(answer, Date.now())
  },
}
