import { postJson } from '../http/exchange.ts'
import type { Deliverer } from '../ledger/channel.ts'
import { webhookOutcome } from '../ledger/webhook-outcome.ts'
import { readSettings } from '../settings.ts'

const SETTINGS = ['ALERT_URL'] as const

/** Tells the operator: JSON with `text`, which the incoming webhooks of chats take. */
export const alerts: Deliverer = {
  settings: SETTINGS,
  address: 'ALERT_URL',

  async send(env, { body }, signal) {
    const settings = readSettings(env, SETTINGS)
    if (!settings.ok || body === null) throw new Error('an alert is being sent that can not be sent')
    const answer = await postJson(
      settings.value.ALERT_URL,
      { 'Content-Type': 'application/json' },
      body,
      signal,
    )
    return webhookOutcome(answer, Date.now())
  },
}
