import { reset } from 'cloudflare:test'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  alarmAt,
  anOrder,
  changeSettings,
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
  sendAsStore,
  startAfresh,
} from '../bridge.ts'
import { parsePrometheus } from '../operations/prometheus-parser.ts'
import { RUNS, SEED } from '../size.ts'
import { Known, LOSSES, LOST_ANSWERS, MOOD_NAMES, Model, mayMove, STATES, type State } from './model.ts'

beforeEach(() => {
  freezeTime()
  keepLog()
})
afterEach(startAfresh)

const SEQUENCES = Math.ceil(RUNS / 150)
const id = fc.constantFrom('a', 'b', 'c')
const mood = fc.constantFrom(...MOOD_NAMES, 'fine' as const, ...LOSSES)
const kind = <const K extends string>(kind: K) => fc.constant(kind)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind('order'), id, currency: fc.constantFrom('USD', 'EUR') }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('mood'), mood }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('wait'),
      ms: fc.oneof(fc.nat(5 * 60 * SECOND), fc.nat(4 * HOUR), fc.nat(80 * HOUR)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('retry'), id }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('retryAll'),
      state: fc.constantFrom('failed', 'rejected', 'unconfirmed'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('cancel'), id }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('settle'), id, arrived: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('erase'), id }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('restart') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('design'), age: fc.integer({ min: -250, max: 250 }) }) },
  {
    weight: 3,
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
/** How often what was done, over all sequences. */
const tally: Record<string, number> = {}
const tell = (what: string) => {
  tally[what] = (tally[what] ?? 0) + 1
}

/** Does a step, and returns the orders that it was allowed to lead out of where they were at rest. */
async function take(step: Step, model: Model): Promise<string[]> {
  tell(step.kind)
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
    case 'retry':
      return retry(model, step.id)
    case 'retryAll':
      return retryAll(model, step.state)
    case 'cancel':
      return cancel(model, step.id)
    case 'settle':
      return settle(model, step)
    case 'erase':
      return erase(model, step.id)
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
    known.doubt === 0 &&
    known.currency !== currency
  if (!known) model.orders.set(id, new Known(currency))
  else if (isCorrection) {
    known.currency = currency
    known.isErased = false
    tell('corrected')
  }

  const more = { currency, products: [{ external_id: `sc-${product}` }] }
  const { status } = await postOrder(anOrder(id, more))
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
  if (is === 'genuine') model.proven.add(id)
  const known = model.orders.get(id)
  if (!known) return []
  if (is === 'genuine' && known.sends > 0) {
    tell(`confirmed from ${known.state}`)
    known.isConfirmed = true
    known.state = 'relayed'
  }
  expect((await readOrder(id)).state).toBe(known.state)
  return [id]
}

const ask = (id: string, what: string, body?: object) =>
  body === undefined
    ? fetchAsStore(`/orders/${id}/${what}`, { method: 'POST' })
    : sendAsStore('POST', `/orders/${id}/${what}`, body)

async function retry(model: Model, id: string): Promise<string[]> {
  const known = model.orders.get(id)
  const isRetryable =
    known !== undefined && ['failed', 'rejected', 'unconfirmed', 'cancelled'].includes(known.state)
  const isRetried = isRetryable && !known.isErased
  if (isRetried) {
    tell(`retried from ${known.state}`)
    known.state = 'queued'
    known.notBefore = 0
    known.isBarred = false
  }
  const { status } = await ask(id, 'retry')
  expect(status).toBe(known === undefined ? 404 : isRetried ? 202 : 409)
  return [id]
}

async function retryAll(model: Model, state: State): Promise<string[]> {
  const those = [...model.orders.values()].filter((known) => known.state === state && !known.isErased)
  for (const known of those) {
    known.state = 'queued'
    known.isBarred = false
  }
  const response = await fetchAsStore(`/orders/retry?state=${state}`, { method: 'POST' })
  expect(await response.json()).toEqual({ retried: those.length })
  return [...model.orders.keys()]
}

async function cancel(model: Model, id: string): Promise<string[]> {
  const known = model.orders.get(id)
  const { status } = await ask(id, 'cancel')
  expect(status).toBe(known === undefined ? 404 : known.state === 'relayed' ? 409 : 200)
  if (known && known.state !== 'relayed') {
    tell(`cancelled from ${known.state}`)
    expect((await readOrder(id)).state).toBe('cancelled')
    known.state = 'cancelled'
  }
  return [id]
}

async function settle(model: Model, { id, arrived }: { id: string; arrived: boolean }): Promise<string[]> {
  const known = model.orders.get(id)
  const mayBe =
    known !== undefined &&
    ['unconfirmed', 'failed', 'rejected'].includes(known.state) &&
    (arrived || !known.isErased)
  if (mayBe) {
    tell(`settled as ${arrived ? 'arrived' : 'not arrived'} from ${known.state}`)
    known.state = arrived ? 'relayed' : 'queued'
    if (arrived) known.isClaimed = true
    else Object.assign(known, { doubt: 0, resent: 0, notBefore: 0, isBarred: false })
  }
  const { status } = await ask(id, 'settle', { arrived })
  expect(status).toBe(known === undefined ? 404 : mayBe ? 200 : 409)
  if (mayBe) expect((await readOrder(id)).state).toBe(known.state)
  return [id]
}

async function erase(model: Model, id: string): Promise<string[]> {
  const known = model.orders.get(id)
  const isAtRest = known !== undefined && ['relayed', 'rejected', 'failed', 'cancelled'].includes(known.state)
  const { status } = await ask(id, 'erase')
  expect(status).toBe(known === undefined ? 404 : isAtRest ? 200 : 409)
  if (isAtRest) {
    tell(`erased when ${known.state}`)
    known.isErased = true
  }
  return []
}

/** Holds the bridge against the model. */
async function compare(model: Model, pushed: readonly string[]): Promise<void> {
  if (model.fault !== null) throw model.fault
  for (const [id, known] of model.orders) {
    const order = await readOrder(id)
    const state = order.state as State
    expect(STATES).toContain(state)
    expect(mayMove(known.state, state, pushed.includes(id)), `${id}: ${known.state} to ${state}`).toBe(true)
    if (state === 'queued' || state === 'unconfirmed') expect(await alarmAt()).not.toBeNull()
    known.state = state
    expect(order, id).toMatchObject({ attempts: known.sends, may_have_arrived: known.mayHaveArrived })
    expect(order.confirmed_at !== null, `${id} is confirmed`).toBe(known.isConfirmed)
    expect(known.doubt).toBeLessThanOrEqual(LOST_ANSWERS + known.resent)
  }
  const served = await (await fetchAsStore(`/products/sc-${product}`)).json()
  expect(served).toMatchObject({ price: model.design.price })

  const metrics = parsePrometheus(await (await fetchAsStore('/metrics')).text())
  const sample = (name: string) => metrics[name]?.samples[0]?.value
  const counted = (name: string, label: string) =>
    Object.fromEntries((metrics[name]?.samples ?? []).map(({ labels, value }) => [labels[label], value]))
  expect(counted('bridge_orders', 'state')).toEqual(
    Object.fromEntries(STATES.map((state) => [state, model.count((known) => known.state === state)])),
  )
  expect(counted('bridge_attempts_total', 'outcome')).toEqual(model.attempts)
  expect(sample('bridge_orders_in_doubt')).toBe(model.count((known) => known.mayHaveArrived))
  expect(sample('bridge_orders_sent_again_total')).toBe(model.sentAgain)
  expect(counted('bridge_events_total', 'topic')).toEqual(
    model.events.size === 0 ? {} : { 'order:created': model.events.size },
  )
}

/** All is well from now on: whatever can still be sent arrives. */
async function end(model: Model): Promise<void> {
  model.mood = 'fine'
  for (const state of ['failed', 'rejected'] as const) await retryAll(model, state)
  for (const [id, { state }] of model.orders) if (state === 'cancelled') await retry(model, id)
  let alarms = 0
  for (let at = await alarmAt(); at !== null; at = await alarmAt()) {
    expect(++alarms).toBeLessThan(100)
    passTime(Math.max(0, at - Date.now()))
    await runAlarm()
    // Those that were sent as often as may be wait for an operator.
    if (model.count(({ isBarred, state }) => isBarred && state !== 'relayed') > 0) {
      await compare(model, [])
      await retryAll(model, 'failed')
    }
  }
  await compare(model, [...model.orders.keys()])
  for (const [id, known] of model.orders) {
    const { state, arrivals, lost, sends, isErased, isClaimed } = known
    tell(`ended as ${state}`)
    if (!isErased) expect(state, id).toBe('relayed')
    if (state === 'relayed' && !model.proven.has(id) && !isClaimed)
      expect(arrivals, id).toBeGreaterThanOrEqual(1)
    expect(arrivals, id).toBeLessThanOrEqual(1 + lost)
    for (let n = 0; n < sends; n++) tell('sent')
    for (let n = 0; n < lost; n++) tell('lost')
  }
  for (const [outcome, n = 0] of Object.entries(model.attempts)) tally[outcome] = (tally[outcome] ?? 0) + n
  for (let n = 0; n < model.probes; n++) tell('probed')
}

it(
  `${SEQUENCES} sequences of whatever can happen leave the bridge as a small model says`,
  async () => {
    await changeSettings({ RELAY_LOST_ANSWERS: `${LOST_ANSWERS}` })
    await fc.assert(
      fc.asyncProperty(
        mood,
        fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }),
        async (mood, steps) => {
          await reset()
          freezeTime()
          product++
          const model = new Model()
          model.mood = mood
          outsideAnswers((sent) => model.answer(sent))
          await design(model, 0)
          for (const step of steps) await compare(model, await take(step, model))
          await end(model)
        },
      ),
      { numRuns: SEQUENCES, seed: SEED, endOnFailure: true },
    )
    // It would prove little if little was sent and lost on the way.
    expect(tally.relayed, JSON.stringify(tally)).toBeGreaterThan(SEQUENCES)
    expect(tally.lost, JSON.stringify(tally)).toBeGreaterThan(SEQUENCES / 2)
  },
  60_000 + SEQUENCES * 3_000,
)
