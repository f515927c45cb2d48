import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  alarmAt,
  anOrder,
  fetchAsStore,
  freezeTime,
  ledger,
  outsideAnswers,
  passTime,
  postDesign,
  postOrder,
  readOrder,
  restartLedger,
  runAlarm,
  startAfresh,
} from '../bridge.ts'

afterEach(startAfresh)

/** Where something outside our code is waited for. A fault comes before it has acted, or after, when its answer is lost. */
type Seam = 'kv' | 'ledger' | 'fetch' | 'alarm'
type When = 'before' | 'after'

/** Counts what passes a seam, and makes the `nth` of all fail; 0 fails none. */
class Saboteur {
  readonly passed: Seam[] = []
  readonly #nth: number
  readonly #when: When

  constructor(nth = 0, when: When = 'before') {
    this.#nth = nth
    this.#when = when
  }

  async pass<T>(seam: Seam, act: () => Promise<T>): Promise<T> {
    this.passed.push(seam)
    if (this.passed.length !== this.#nth) return act()
    if (this.#when === 'after') await act()
    throw new Error(`${seam} failed ${this.#when} it acted`)
  }
}

/** Puts a saboteur at every seam; what arrives outside is counted in the list that it returns. */
async function sabotage(saboteur: Saboteur): Promise<string[]> {
  await runInDurableObject(ledger(), (_, { storage }) => {
    const prototype = Object.getPrototypeOf(storage)
    const setAlarm = prototype.setAlarm
    vi.spyOn(prototype, 'setAlarm').mockImplementation(function (this: DurableObjectStorage, at: unknown) {
      return saboteur.pass('alarm', () => setAlarm.call(this, at))
    })
  })

  const put = env.CATALOGUE.put.bind(env.CATALOGUE) as (key: string, value: string) => Promise<void>
  vi.spyOn(env.CATALOGUE, 'put').mockImplementation(((key: string, value: string) =>
    saboteur.pass('kv', () => put(key, value))) as typeof env.CATALOGUE.put)

  const getByName = env.LEDGER.getByName.bind(env.LEDGER)
  vi.spyOn(env.LEDGER, 'getByName').mockImplementation(((name: string) => {
    const stub = getByName(name) as unknown as Record<string, (...of: unknown[]) => Promise<unknown>>
    const sabotaged =
      (method: string) =>
      (...of: unknown[]) =>
        saboteur.pass('ledger', async () => stub[method]?.(...of))
    return new Proxy({}, { get: (_, method: string) => sabotaged(method) })
  }) as unknown as typeof env.LEDGER.getByName)

  const arrived: string[] = []
  outsideAnswers(({ body }) =>
    saboteur.pass('fetch', async () => {
      arrived.push((body as { external_id: string }).external_id)
      return Response.json({ order: { order_id: 1 } })
    }),
  )
  return arrived
}

async function settle(): Promise<void> {
  for (let at = await alarmAt(); at !== null; at = await alarmAt()) {
    passTime(Math.max(0, at - Date.now()))
    await runAlarm()
  }
}

/** Sends until it is acknowledged, as every caller is told to. */
async function insist(send: () => Promise<Response>): Promise<Response> {
  for (let tries = 0; tries < 3; tries++) {
    const response = await send()
    if (response.ok) return response
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).not.toBeNull()
  }
  throw new Error('it was never acknowledged')
}

let fresh = 0

/** One design and one order of it, from the callback to the factory, with a fault on the way. */
async function journey(saboteur: Saboteur) {
  freezeTime()
  // A design that this isolate has not seen, so that each journey takes the same way.
  const product_id = `fault-${fresh++}`
  await restartLedger()
  await ledger().sweep()
  const arrived = await sabotage(saboteur)
  const order = anOrder('order-1', { products: [{ external_id: `sc-${product_id}` }] })

  await insist(() => postDesign({ product_id, price: 100 }))
  await insist(() => postOrder(order))
  const passed = [...saboteur.passed]

  vi.restoreAllMocks()
  outsideAnswers(({ body }) => {
    arrived.push((body as { external_id: string }).external_id)
    return Response.json({ order: { order_id: 1 } })
  })
  await restartLedger()
  await ledger().sweep()
  await settle()

  const { state, history } = await readOrder()
  const served = await (await fetchAsStore(`/products/sc-${product_id}`)).json()
  const { orders } = await (await fetchAsStore('/orders')).json<{ orders: object[] }>()
  return { passed, arrived, state, history, served, orders }
}

describe('a fault at every place where something outside is waited for', () => {
  it('passes them all when there is none', async () => {
    const { passed, arrived, state } = await journey(new Saboteur())

    expect([...passed].sort()).toEqual(['alarm', 'fetch', 'kv', 'ledger', 'ledger'])
    expect({ arrived, state }).toEqual({ arrived: ['order-1'], state: 'relayed' })
  })

  const places = [1, 2, 3, 4, 5].flatMap((nth) => [
    { nth, when: 'before' as const },
    { nth, when: 'after' as const },
  ])

  it.each(places)(
    'number $nth failing $when it acted: what was acknowledged is kept, once',
    async ({ nth, when }) => {
      const { passed, arrived, state, history, served, orders } = await journey(new Saboteur(nth, when))

      expect(passed.length).toBeGreaterThanOrEqual(5)
      expect(state).toBe('relayed')
      expect(served).toMatchObject({ price: 100 })
      expect(orders).toHaveLength(1)
      const lost = history.filter(({ outcome }) => outcome === 'unconfirmed').length
      expect(arrived.length).toBeGreaterThanOrEqual(1)
      expect(arrived.length).toBeLessThanOrEqual(1 + lost)
    },
  )
})
