import { postJson, USER_AGENT } from '../http/exchange.ts'
import { type Sender, webhookOutcome } from '../ledger/channel.ts'
import { readSettings } from '../settings.ts'

const SETTINGS = ['ALERT_URL'] as const

/** Tells the operator: JSON with `text`, which the incoming webhooks of chats take. */
export const alerts: Sender = {
  settings: SETTINGS,
  address: 'ALERT_URL',
  knowsRepeats: true,

  async send(env, { body }, signal) {
    const settings = readSettings(env, SETTINGS)
    if (!settings.ok) throw new Error('an alert is being sent that can not be sent')
    const answer = await postJson(
      settings.value.ALERT_URL,
      { 'Content-Type': 'application/json', 'User-Agent': USER_AGENT },
      body,
      signal,
    )
    return webhookOutcome(answer, Date.now())
  },
}
