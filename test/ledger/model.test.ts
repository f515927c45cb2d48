import { reset } from 'cloudflare:test'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  alarmAt,
  anOrder,
  fetchAsStore,
  freezeTime,
  HOUR,
  keepLog,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  restartLedger,
  runAlarm,
  SECOND,
  startAfresh,
} from '../bridge.ts'
import { parsePrometheus } from '../operations/prometheus-parser.ts'
import { RUNS, SEED } from '../size.ts'
import { LOSSES, MOOD_NAMES, Model, mayMove, STATES } from './model.ts'

beforeEach(() => {
  freezeTime()
  keepLog()
})
afterEach(startAfresh)

const SEQUENCES = Math.ceil(RUNS / 150)
const id = fc.constantFrom('a', 'b', 'c')
const mood = fc.constantFrom(...MOOD_NAMES, ...LOSSES)
const kind = <const K extends string>(kind: K) => fc.constant(kind)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('order'), id, currency: fc.constantFrom('USD', 'EUR') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('mood'), mood }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: kind('wait'), ms: fc.oneof(fc.nat(4 * HOUR), fc.nat(80 * HOUR)) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('retry'), id }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('retryAll'), state: fc.constantFrom('failed', 'rejected') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('restart') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('design'), age: fc.integer({ min: -250, max: 250 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('event'),
      id,
      is: fc.constantFrom('genuine', 'otherNumber', 'otherProduct', 'foreign'),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** The product ID, fresh in each sequence, since an isolate remembers those that it has seen. */
let product = 0

/** Does a step, and returns the orders that it was allowed to lead out of `rejected` or `failed`. */
async function take(step: Step, model: Model): Promise<string[]> {
  switch (step.kind) {
    case 'mood':
      model.mood = step.mood
      return []
    case 'restart':
      await restartLedger()
      return []
    case 'wait':
      passTime(step.ms)
      await runAlarm()
      return []
    case 'design':
      await design(model, step.age)
      return []
    case 'order':
      return order(model, step)
    case 'event':
      return event(model, step)
    case 'retry': {
      const before = model.orders.get(step.id)?.state
      const { status } = await fetchAsStore(`/orders/${step.id}/retry`, { method: 'POST' })
      const isRetryable = before === 'failed' || before === 'rejected' || before === 'unconfirmed'
      expect(status).toBe(before === undefined ? 404 : isRetryable ? 202 : 409)
      return [step.id]
    }
    case 'retryAll': {
      const response = await fetchAsStore(`/orders/retry?state=${step.state}`, { method: 'POST' })
      expect(await response.json()).toEqual({
        retried: model.count(step.state === 'failed' ? 'failed' : 'rejected'),
      })
      return [...model.orders.keys()]
    }
  }
}

async function design(model: Model, age: number): Promise<void> {
  const price = 1000 + model.design.price
  expect((await postDesign({ product_id: product, price }, { age })).status).toBe(200)
  model.signed(Math.floor(Date.now() / SECOND) - age, price)
}

async function order(model: Model, { id, currency }: { id: string; currency: string }): Promise<string[]> {
  const known = model.orders.get(id)
  const isCorrection =
    (known?.state === 'rejected' || known?.state === 'queued') &&
    known.lost === 0 &&
    known.currency !== currency
  if (!known) model.orders.set(id, { currency, state: 'queued', arrivals: 0, lost: 0, isClaimed: false })
  else if (isCorrection) known.currency = currency

  const more = { currency, products: [{ external_id: `sc-${product}` }] }
  const response = await postOrder(anOrder(id, more))
  const { status } = response
  if (!known || isCorrection) expect([201, 202, 422]).toContain(status)
  else if (known.currency !== currency) expect(status).toBe(409)
  else expect(status).toBe(known.state === 'rejected' ? 422 : 200)
  return isCorrection ? [id] : []
}

async function event(model: Model, { id, is }: { id: string; is: string }): Promise<string[]> {
  const body = {
    order: {
      order_id: `remote-${id}`,
      external_id: is === 'foreign' ? `x-${id}` : id,
      external_order_number: is === 'otherNumber' ? '#other' : `#${id}`,
      products: [{ product_id: is === 'otherProduct' ? 'other' : product }],
    },
  }
  expect((await postEvent(body)).status).toBe(200)
  model.events.add(JSON.stringify(body))
  const known = model.orders.get(id)
  if (!known) return []
  if (is === 'genuine') known.isClaimed = true
  const { attempts } = await readOrder(id)
  const proves = is === 'genuine' && Number(attempts) > 0
  expect((await readOrder(id)).state).toBe(proves ? 'relayed' : known.state)
  return [id]
}

/** Holds the bridge against the model. */
async function compare(model: Model, pushed: readonly string[]): Promise<void> {
  for (const [id, known] of model.orders) {
    const state = (await readOrder(id)).state as (typeof STATES)[number]
    expect(STATES).toContain(state)
    expect(mayMove(known.state, state, pushed.includes(id)), `${id}: ${known.state} to ${state}`).toBe(true)
    if (state === 'queued' || state === 'unconfirmed') expect(await alarmAt()).not.toBeNull()
    known.state = state
  }
  const served = await (await fetchAsStore(`/products/sc-${product}`)).json()
  expect(served).toMatchObject({ price: model.design.price })

  const metrics = parsePrometheus(await (await fetchAsStore('/metrics')).text())
  const counted = (name: string, label: string) =>
    Object.fromEntries((metrics[name]?.samples ?? []).map(({ labels, value }) => [labels[label], value]))
  expect(counted('bridge_orders', 'state')).toEqual({
    ...Object.fromEntries(STATES.map((state) => [state, model.count(state)])),
    cancelled: 0,
  })
  expect(counted('bridge_attempts_total', 'outcome')).toEqual(model.attempts)
  expect(counted('bridge_events_total', 'topic')).toEqual(
    model.events.size === 0 ? {} : { 'order:created': model.events.size },
  )
}

async function settle(model: Model): Promise<void> {
  model.mood = 'fine'
  for (const state of ['failed', 'rejected'] as const) await take({ kind: 'retryAll', state }, model)
  let alarms = 0
  for (let at = await alarmAt(); at !== null; at = await alarmAt()) {
    expect(++alarms).toBeLessThan(100)
    passTime(Math.max(0, at - Date.now()))
    await runAlarm()
  }
  await compare(model, [...model.orders.keys()])
  for (const [id, { state, arrivals, lost, isClaimed }] of model.orders) {
    expect(state, id).toBe('relayed')
    expect(arrivals).toBeGreaterThanOrEqual(isClaimed ? 0 : 1)
    expect(arrivals).toBeLessThanOrEqual(1 + lost)
  }
}

it(
  `${SEQUENCES} sequences of whatever can happen leave the bridge as a small model says`,
  async () => {
    await fc.assert(
      fc.asyncProperty(mood, fc.array(step, { minLength: 5, maxLength: 30 }), async (mood, steps) => {
        await reset()
        freezeTime()
        product++
        const model = new Model()
        model.mood = mood
        outsideAnswers((sent) => model.answer(sent))
        await design(model, 0)
        for (const step of steps) await compare(model, await take(step, model))
        await settle(model)
      }),
      { numRuns: SEQUENCES, seed: SEED, endOnFailure: true },
    )
  },
  60_000 + SEQUENCES * 3_000,
)
