import {
  createExecutionContext,
  evictAllDurableObjects,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { vi } from 'vitest'
import worker, { type Ledger } from '../src/index.ts'
import { prefixed, sign } from '../src/signing/hmac.ts'
import { undocumented } from './documented.ts'

/** Ahead of the real clock, so that no alarm goes off by itself. */
export const NOW = Date.UTC(2030, 0, 1, 12)

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

export const utf8 = (text: string) => new Uint8Array(new TextEncoder().encode(text))

/** Stops the clock that the Worker and its ledger read. */
export function freezeTime(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
}

/** Moves the clock on, in milliseconds. */
export function passTime(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

/** What a call of the ledger is given, in milliseconds: longer than any other wait that a test may want to skip. */
const LEDGER_PATIENCE_MS = 5_500

/** Makes every wait but that for the ledger end at once, and returns the list of what was waited for, in milliseconds. */
export function skipWaiting(): number[] {
  const waits: number[] = []
  const wait = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((then: () => void, ms = 0) => {
    if (ms === LEDGER_PATIENCE_MS) return wait(then, ms)
    waits.push(ms)
    return wait(then, 0)
  }) as typeof setTimeout)
  return waits
}

/** Keeps what is logged from now on, to be read instead of shown. */
export function keepLog(): string[] {
  const lines: string[] = []
  for (const level of ['log', 'warn', 'error', 'info', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((...what) => void lines.push(what.map(String).join(' ')))
  return lines
}

const SETTINGS: Readonly<Record<string, unknown>> = { ...env }

/** Changes settings for Worker and ledger, whose instance is made anew as by a deployment: it reads them once. */
export async function changeSettings(settings: Record<string, string>): Promise<void> {
  Object.assign(env, settings)
  await restartLedger()
}

/** For `afterEach`: empties KV and ledger, and undoes spies, settings and clock. */
export async function startAfresh(): Promise<void> {
  vi.restoreAllMocks()
  Object.assign(env, SETTINGS)
  await reset()
  vi.useRealTimers()
}

export const ledger = () => env.LEDGER.getByName('ledger') as unknown as DurableObjectStub<Ledger>

/** When the ledger's alarm goes off, in milliseconds since 1970; null when none is armed. */
export const alarmAt = () => runInDurableObject(ledger(), (_, state) => state.storage.getAlarm())

/** Waits until what goes on after an answer has armed the alarm, and returns when it goes off. */
export async function armed(): Promise<number> {
  for (let looks = 0; looks < 200; looks++) {
    const at = await alarmAt()
    if (at !== null) return at
  }
  throw new Error('no alarm was armed')
}

/** Runs the ledger's alarm if one is armed, whatever its time; says whether one was. */
export const runAlarm = () => runDurableObjectAlarm(ledger())

/** Ends the ledger's instance as a deployment does: what it had only in memory is gone. */
export const restartLedger = () => evictAllDurableObjects()

let callers = 0

/** Each request comes from an address of its own, unless it says otherwise: the limits for one address have tests of their own. */
function fromAnywhere(init: Pick<RequestInit, 'headers'> = {}): Headers {
  const headers = new Headers(init.headers)
  callers += 1
  if (!headers.has('cf-connecting-ip'))
    headers.set('cf-connecting-ip', `203.${callers >> 16}.${(callers >> 8) & 255}.${callers & 255}`)
  return headers
}

/** Sends a request to the Worker, and sees to it that the answer is one that OpenAPI promises. */
export async function fetchBridge(path: string, init?: RequestInit): Promise<Response> {
  const request = { ...init, headers: fromAnywhere(init) }
  return documented(await exports.default.fetch(`https://bridge.test${path}`, request), path, init)
}

/** Asks for a file of `src/public` as the platform does before it asks the Worker. Throws where there is none. */
export async function fetchAsset(path: string, init?: RequestInit): Promise<Response> {
  const response = await env.ASSETS.fetch(`https://bridge.test${path}`, init)
  if (response.status === 404) throw new Error(`src/public has no ${path}`)
  return documented(response, path, init)
}

async function documented(response: Response, path: string, init: RequestInit = {}): Promise<Response> {
  const { method = 'GET' } = init
  const difference = await undocumented(method, `https://bridge.test${path}`, response)
  if (difference !== null) throw new Error(`not as in OpenAPI: ${method} ${path}: ${difference}`)
  return response
}

/** Sends a request to the Worker under other settings, and to another origin where one is named. Its ledger keeps those of the tests. */
export async function fetchWith(
  settings: Record<string, string>,
  path: string,
  init?: RequestInit<IncomingRequestCfProperties>,
): Promise<Response> {
  const request = new Request<unknown, IncomingRequestCfProperties>(
    new URL(path, 'https://bridge.test').href,
    {
      ...init,
      headers: fromAnywhere(init as Pick<RequestInit, 'headers'>),
    },
  )
  const context = createExecutionContext()
  const response = await worker.fetch(request, { ...env, ...settings }, context)
  await waitOnExecutionContext(context)
  return response
}

/** What is spoiled about a signed request; nothing by default. */
export interface Flaw {
  secret?: string
  /** Seconds; negative is in the future. */
  age?: number
  timestamp?: string
  signature?: string
  /** Replaces the body after it was signed. */
  sentBody?: BodyInit
  headers?: Record<string, string>
}

/** Sends a body as Sign Customiser signs it. */
export async function postSigned(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  flaw: Flaw = {},
): Promise<Response> {
  const bytes = typeof body === 'string' ? utf8(body) : body
  const timestamp = flaw.timestamp ?? `${Math.floor(Date.now() / SECOND) - (flaw.age ?? 0)}`
  const signature =
    flaw.signature ?? (await sign(flaw.secret ?? 'integration-secret', prefixed(`${timestamp}.`, bytes)))
  return fetchBridge(path, {
    method: 'POST',
    body: flaw.sentBody ?? bytes,
    headers: { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature, ...flaw.headers },
  })
}

/** Sends a product callback. */
export const postDesign = (product: unknown, flaw?: Flaw) =>
  postSigned('/sign-customiser/products', JSON.stringify({ product }), flaw)

/** Sends an event of a Sign Customiser subscription. */
export const postEvent = (event: unknown, { query = '', ...flaw }: Flaw & { query?: string } = {}) =>
  postSigned(`/sign-customiser/webhooks${query}`, JSON.stringify(event), {
    secret: 'webhook-secret',
    ...flaw,
  })

/** Sends a request as the store's backend. */
export const fetchAsStore = (path: string, init: RequestInit = {}) =>
  fetchBridge(path, {
    ...init,
    headers: { authorization: 'Bearer token-of-the-store', ...(init.headers as Record<string, string>) },
  })

/** Sends JSON as the store's backend. */
export const sendAsStore = (method: 'POST' | 'PUT', path: string, body: unknown) =>
  fetchAsStore(path, {
    method,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

/** An order for the design `sc-1`, which must have been posted. */
export const anOrder = (externalId = 'order-1', more: Record<string, unknown> = {}) => ({
  external_id: externalId,
  external_order_number: `#${externalId}`,
  products: [{ external_id: 'sc-1', quantity: 2, price: 2999 }],
  ...more,
})

export const postOrder = (order: unknown) => sendAsStore('POST', '/orders', order)

/** An order's state as the store's backend sees it. */
export async function readOrder(
  externalId = 'order-1',
): Promise<Record<string, unknown> & { history: Record<string, unknown>[] }> {
  return (await fetchAsStore(`/orders/${externalId}`)).json()
}

/** What the bridge sent out. */
export interface Sent {
  url: string
  headers: Record<string, string>
  body: unknown
}

/**
 * Stands in for everything the bridge calls: answers each request with what `answer` makes of it, the documented success by
 * default, and returns the list of what was sent.
 */
export function outsideAnswers(
  answer: (sent: Sent, nth: number) => Response | Promise<Response> = accepted,
): Sent[] {
  const sent: Sent[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as Request, init as RequestInit)
    const entry = {
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body: request.body === null ? null : await request.json(),
    }
    sent.push(entry)
    return answer(entry, sent.length)
  })
  return sent
}

export const accepted = () => Response.json({ order: { order_id: 7 } })
