import { origin } from '../readers.ts'
import { call } from './call.ts'
import { type Surroundings, secretOf, Trouble } from './command.ts'
import { oneLine } from './printable.ts'

/** A webhook subscription of Sign Customiser, as its API gives it; the secret is in every answer. */
export interface Subscription {
  webhook_id: number
  topic: string
  url: string
  status: string
  secret: string
}

/** The topics that the API's reference knows. */
export const TOPICS = ['order:created', 'product:created', 'form:submitted'] as const

export const hookUrl = (bridge: string, topic: string) =>
  `${bridge}/sign-customiser/webhooks?topic=${encodeURIComponent(topic)}`

/** Those that post to this bridge, however their topic is written. */
export const ofBridge = (subscriptions: readonly Subscription[], bridge: string) =>
  subscriptions.filter(
    ({ url }) => url.split('?')[0]?.replace(/\/$/, '') === `${bridge}/sign-customiser/webhooks`,
  )

/** https://www.signcustomiser.com/help/api/: `GET /api/v2/webhooks`. */
export async function listSubscriptions(surroundings: Surroundings): Promise<Subscription[]> {
  const { webhooks } = (await callApi(surroundings, 'GET')) as { webhooks?: Subscription[] }
  if (!Array.isArray(webhooks)) throw new Trouble('Sign Customiser answered without a list of webhooks.')
  return webhooks
}

/** `POST /api/v2/webhooks`; `meta` is optional and left out. */
export async function createSubscription(
  surroundings: Surroundings,
  topic: string,
  url: string,
): Promise<Subscription> {
  const { webhook } = (await callApi(surroundings, 'POST', { topic, url })) as { webhook?: Subscription }
  if (typeof webhook?.secret !== 'string')
    throw new Trouble('Sign Customiser answered without the webhook it made.')
  return webhook
}

async function callApi(surroundings: Surroundings, method: 'GET' | 'POST', body?: unknown): Promise<object> {
  const api = origin('https://web.signcustomiser.com')(surroundings.settings.SIGN_CUSTOMISER_API_URL ?? '')
  if (!api.ok) throw new Trouble(`SIGN_CUSTOMISER_API_URL ${api.error}.`)
  const { status, json, text } = await call(`${api.value}/api/v2/webhooks`, {
    method,
    headers: {
      authorization: `Bearer ${secretOf(surroundings, 'SIGN_CUSTOMISER_API_TOKEN')}`,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (status === 401 || status === 403)
    throw new Trouble(`Sign Customiser refuses SIGN_CUSTOMISER_API_TOKEN (${status}): generate a new one.`)
  if (status < 200 || status >= 300 || typeof json !== 'object' || json === null)
    throw new Trouble(
      `Sign Customiser answered ${status} to ${method} /api/v2/webhooks: ${oneLine(text).slice(0, 300)}`,
    )
  return json
}
