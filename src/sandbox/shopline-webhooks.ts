import { prefixed, sign } from '../signing/hmac.ts'
import { type Value, type Writing, write } from './shopline-json.ts'

export interface ShoplineIdentity {
  /** Signs what is posted for the app. */
  appSecret: string
  appId: string
  merchantId: string
}

/** A subscription as the Open API gives it. */
export interface ShoplineSubscription {
  id: string
  format: 'json'
  address: string
  status: 'active'
  merchant_id: string
  created_at: string
  updated_at: string
  topics: string[]
}

/** Who is posted to. An app's events are signed, those of a subscription made with the store's own token are not. */
interface Receiver {
  address: string
  /** Null for every topic: the Webhook page of the Developer Center. */
  subscription: ShoplineSubscription | null
  isOfApp: boolean
  /** Deliveries in a row that failed to the last. */
  failures: number
}

/** An answer to a webhook; null where nothing answered. */
export type WebhookAnswer = { status: number; body: string } | null

/** A delivery that fails is made again so often. SHOPLINE waits a few seconds each time, the stand-in does not. */
const MOST_RETRIES = 3
/** After so many deliveries in a row that failed an address gets no more. SHOPLINE does not say how many: a guess. */
const BREAKS_AFTER = 5
/** The body is written otherwise than what is signed. */
const AS_SENT: Writing = { keys: 'as they come', numbers: 'written', escapes: true }

/** SHOPLINE's webhooks: subscriptions with their handshake, events signed or not, and the circuit breaker. */
export class ShoplineWebhooks {
  readonly #receivers: Receiver[] = []
  readonly #identity: ShoplineIdentity
  readonly #freshId: () => string
  readonly #now: () => number

  constructor(
    identity: ShoplineIdentity,
    webhooksUrl: string | undefined,
    freshId: () => string,
    now: () => number,
  ) {
    this.#identity = identity
    this.#freshId = freshId
    this.#now = now
    if (webhooksUrl !== undefined)
      this.#receivers.push({ address: webhooksUrl, subscription: null, isOfApp: true, failures: 0 })
  }

  get subscriptions(): ShoplineSubscription[] {
    return this.#receivers.flatMap(({ subscription }) => (subscription === null ? [] : [subscription]))
  }

  /** Each address, whether the circuit breaker keeps it from being posted to, and after how many failures. */
  get addresses(): { address: string; blocked: boolean; failures: number }[] {
    return this.#receivers.map((receiver) => ({
      address: receiver.address,
      blocked: isBlocked(receiver),
      failures: receiver.failures,
    }))
  }

  /** Makes a subscription once the address has answered as the page on webhook verification says; else says why not. */
  async subscribe(
    address: string,
    topics: string[],
    isOfApp: boolean,
  ): Promise<ShoplineSubscription | { error: string }> {
    const again = this.subscriptions.find(
      (one) => one.address === address && one.topics.some((topic) => topics.includes(topic)),
    )
    if (again !== undefined) return { error: 'Topic and address are subscribed to already' }
    const token = btoa(isOfApp ? this.#identity.appId : this.#identity.merchantId)
    const answer = await post(address, {}, JSON.stringify({ topic: 'webhook/verification' }))
    if (answer?.status !== 200 || answer.body !== token) return { error: 'Webhook verification failed' }
    const at = new Date(this.#now()).toISOString().replace('Z', '+00:00')
    const subscription: ShoplineSubscription = {
      id: this.#freshId(),
      format: 'json',
      address,
      status: 'active',
      merchant_id: this.#identity.merchantId,
      created_at: at,
      updated_at: at,
      topics,
    }
    this.#receivers.push({ address, subscription, isOfApp, failures: 0 })
    return subscription
  }

  /** Posts an event to all that are to have it, and returns how each answered in the end. */
  async fire(event: Record<string, Value>, topic: string, signedAs: Writing): Promise<WebhookAnswer[]> {
    const answers: WebhookAnswer[] = []
    for (const receiver of this.#receivers) {
      const { subscription } = receiver
      if (isBlocked(receiver) || (subscription !== null && !subscription.topics.includes(topic))) continue
      const answer = await this.#deliver(receiver, event, signedAs)
      receiver.failures = isTaken(answer) ? 0 : receiver.failures + 1
      answers.push(answer)
    }
    return answers
  }

  /** Posts to addresses again that the circuit breaker had cut off. */
  resume(): void {
    for (const receiver of this.#receivers) receiver.failures = 0
  }

  async #deliver({ address, isOfApp }: Receiver, event: Value, signedAs: Writing): Promise<WebhookAnswer> {
    const url = new URL(address)
    const headers: Record<string, string> = {}
    if (isOfApp) {
      const timestamp = `${Math.floor(this.#now() / 1000)}`
      const message = prefixed(`${timestamp}:`, new TextEncoder().encode(write(event, signedAs)))
      headers['x-shopline-developer-event-timestamp'] = timestamp
      url.searchParams.set('sign', await sign(this.#identity.appSecret, message))
    }
    const body = write(event, AS_SENT)
    let answer: WebhookAnswer = null
    for (let tries = 0; tries <= MOST_RETRIES && !isTaken(answer); tries++)
      answer = await post(url.href, headers, body)
    return answer
  }
}

const isTaken = (answer: WebhookAnswer) => answer !== null && answer.status >= 200 && answer.status < 300
const isBlocked = ({ failures }: Receiver) => failures >= BREAKS_AFTER

async function post(url: string, headers: Record<string, string>, body: string): Promise<WebhookAnswer> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }
  const response = await fetch(url, init).catch(() => null)
  return response && { status: response.status, body: await response.text() }
}
