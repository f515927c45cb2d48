import { handle, origin, topics } from '../readers.ts'
import { CANCELLATIONS } from '../shopline/event.ts'
import { type Answer, call, told } from './call.ts'
import { type Surroundings, secretOf, Trouble } from './command.ts'

/** Whose a token of SHOPLINE's Open API is. */
export interface Token {
  /** A Developer Center app's, rather than the store's own. */
  isOfApp: boolean
  merchantId: string
  handle: string
}

/** A subscription as SHOPLINE's Open API gives it. */
export interface ShoplineSubscription {
  id: string
  address: string
  status: string
  topics: string[]
}

/** The permissions that the bridge needs, as they are ticked where a token is made. */
export type Scope = 'Webhook' | 'Order' | 'Product'

/** Where SHOPLINE posts signed events, and where unsigned ones as hints, followed by a key. */
export const signedAddress = (bridge: string) => `${bridge}/shopline/webhooks`
export const hookAddress = (bridge: string, key: string) => `${bridge}/shopline/hooks/${key}`

/** An address as it may be shown: the key in it is a secret. */
export const shown = (address: string) => address.replace(/(\/shopline\/hooks\/).*/, '$1…')

/** The topics that the bridge reads as orders by its settings, and those that end one. */
export function wantedTopics({ settings }: Surroundings): string[] {
  const read = topics('order/create')(settings.SHOPLINE_ORDER_TOPICS ?? '')
  if (!read.ok) throw new Trouble(`SHOPLINE_ORDER_TOPICS ${read.error}.`)
  return [...new Set([...read.value, ...CANCELLATIONS])]
}

/**
 * `GET /v1/token/info`: https://open-api.docs.shoplineapp.com/docs/get-token-info. The page shows a token of the store's own, which
 * belongs to somebody of its staff; that an app's does not is a guess.
 */
export async function readToken(surroundings: Surroundings): Promise<Token> {
  const answer = await callShopline(surroundings, 'GET', '/token/info')
  const { staff, merchant } = (answer.json ?? {}) as {
    staff?: object | null
    merchant?: { _id?: unknown; handle?: unknown }
  }
  if (answer.status === 403)
    throw new Trouble(
      `SHOPLINE answered 403: SHOPLINE_MERCHANT_HANDLE must be the handle of the token's merchant.`,
    )
  if (answer.status !== 200 || typeof merchant?._id !== 'string')
    throw new Trouble(`SHOPLINE answered ${answer.status} without saying whose the token is.`)
  return { isOfApp: !staff, merchantId: merchant._id, handle: `${merchant.handle ?? ''}` }
}

/** The permissions that the token lacks. Products are made only where the store's are SHOPLINE's. */
export async function missingScopes(surroundings: Surroundings): Promise<Scope[]> {
  const reads: [Scope, string][] = [
    ['Webhook', '/webhooks?per_page=1'],
    ['Order', '/orders?per_page=1'],
    ...(surroundings.settings.STORE === 'shopline'
      ? [['Product', '/products?per_page=1'] as [Scope, string]]
      : []),
  ]
  const missing: Scope[] = []
  for (const [scope, path] of reads)
    if ((await callShopline(surroundings, 'GET', path)).status === 403) missing.push(scope)
  return missing
}

/** What to do about permissions that are missing. */
export const howToGrant = (scopes: readonly Scope[]) =>
  `tick ${scopes.join(', ')} under Settings > Staff Settings > API Auth and generate the token anew, since a token keeps the ` +
  'permissions that it was made with; then npx wrangler secret put SHOPLINE_ACCESS_TOKEN.'

/** Every subscription of the merchant, page by page: https://open-api.docs.shoplineapp.com/docs/get-webhooks. */
export async function listShoplineSubscriptions(surroundings: Surroundings): Promise<ShoplineSubscription[]> {
  const all: ShoplineSubscription[] = []
  for (let page = 1; ; page++) {
    const answer = await callShopline(surroundings, 'GET', `/webhooks?per_page=50&page=${page}`)
    const { items, pagination } = (answer.json ?? {}) as {
      items?: ShoplineSubscription[]
      pagination?: { total_pages?: number }
    }
    if (answer.status !== 200 || !Array.isArray(items))
      throw new Trouble(`SHOPLINE answered ${answer.status} without a list of webhooks.`)
    all.push(...items)
    if (items.length === 0 || page >= (pagination?.total_pages ?? 1)) return all
  }
}

/** `POST /v1/webhooks`: https://open-api.docs.shoplineapp.com/docs/create-webhook. SHOPLINE asks the address before it answers. */
export async function createShoplineSubscription(
  surroundings: Surroundings,
  address: string,
  topics: readonly string[],
): Promise<ShoplineSubscription> {
  const answer = await callShopline(surroundings, 'POST', '/webhooks', { address, topics })
  const made = answer.json as ShoplineSubscription | null
  if (answer.status >= 200 && answer.status < 300 && typeof made?.id === 'string') return made
  throw new Trouble(`SHOPLINE made no subscription: ${told(answer).replaceAll(address, shown(address))}`)
}

/** What an address answers to SHOPLINE's question whether it is the merchant's: the ID, or the answer that holds none. */
export async function shakeHands(address: string): Promise<{ id: string | null; answer: Answer }> {
  const answer = await call(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"topic":"webhook/verification"}',
  })
  const id = answer.status === 200 ? Buffer.from(answer.text, 'base64').toString('latin1') : ''
  return { id: /^[0-9a-f]{24}$/.test(id) ? id : null, answer }
}

async function callShopline(
  surroundings: Surroundings,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { settings } = surroundings
  const api = origin('https://open.shopline.io')(settings.SHOPLINE_API_URL ?? '')
  if (!api.ok) throw new Trouble(`SHOPLINE_API_URL ${api.error}.`)
  const merchant = handle(settings.SHOPLINE_MERCHANT_HANDLE ?? '')
  if (!merchant.ok) throw new Trouble(`SHOPLINE_MERCHANT_HANDLE ${merchant.error}.`)
  const answer = await call(`${api.value}/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secretOf(surroundings, 'SHOPLINE_ACCESS_TOKEN')}`,
      'user-agent': merchant.value,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (answer.status === 401)
    throw new Trouble(
      'SHOPLINE refuses SHOPLINE_ACCESS_TOKEN (401): make a new one under Settings > Staff Settings > API Auth.',
    )
  return answer
}
