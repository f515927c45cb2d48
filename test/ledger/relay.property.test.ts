import { reset } from 'cloudflare:test'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  accepted,
  alarmAt,
  anOrder,
  fetchAsStore,
  freezeTime,
  outsideAnswers,
  passTime,
  postDesign,
  postOrder,
  readOrder,
  restartLedger,
  runAlarm,
  SECOND,
  startAfresh,
} from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

/** How the other side answers from now on. The last two have taken the order although they do not say so. */
const MOODS = {
  fine: accepted,
  down: () => new Response('', { status: 503 }),
  busy: () => new Response('', { status: 429, headers: { 'retry-after': '90' } }),
  strict: () => new Response('', { status: 422 }),
  locked: () => new Response('', { status: 401 }),
  breaking: () => Promise.reject(new TypeError('Network connection lost.')),
  mute: () => new Response('<h1>OK</h1>'),
}
type Mood = keyof typeof MOODS

const ids = ['a', 'b', 'c', 'd']
const id = fc.constantFrom(...ids)
const step = fc.oneof(
  fc.record({ kind: fc.constant('order' as const), id, currency: fc.constantFrom('USD', 'EUR') }),
  fc.record({ kind: fc.constant('mood' as const), mood: fc.constantFrom(...(Object.keys(MOODS) as Mood[])) }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(4 * 3600) }),
  fc.record({ kind: fc.constant('restart' as const) }),
  fc.record({ kind: fc.constant('retry' as const), id }),
)

it('whatever happens, no order that was taken is lost, and none leaves relayed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await reset()
      freezeTime()
      let mood: Mood = 'fine'
      const sent = outsideAnswers(() => MOODS[mood]())
      await postDesign({ product_id: 1 })
      const taken = new Set<string>()
      const relayed = new Set<string>()

      for (const step of steps) {
        if (step.kind === 'mood') mood = step.mood
        if (step.kind === 'restart') await restartLedger()
        if (step.kind === 'retry') await fetchAsStore(`/orders/${step.id}/retry`, { method: 'POST' })
        if (step.kind === 'order') {
          const { status } = await postOrder(anOrder(step.id, { currency: step.currency }))
          expect([200, 201, 202, 409, 422]).toContain(status)
          taken.add(step.id)
        }
        if (step.kind === 'wait') {
          passTime(step.seconds * SECOND)
          await runAlarm()
        }
        for (const id of taken) {
          const { state } = await readOrder(id)
          if (relayed.has(id)) expect(state).toBe('relayed')
          if (state === 'relayed') relayed.add(id)
          if (state === 'queued' || state === 'unconfirmed') expect(await alarmAt()).not.toBeNull()
        }
      }

      mood = 'fine'
      for (const state of ['failed', 'rejected'])
        await fetchAsStore(`/orders/retry?state=${state}`, { method: 'POST' })
      for (let at = await alarmAt(); at !== null; at = await alarmAt()) {
        passTime(Math.max(0, at - Date.now()))
        await runAlarm()
      }
      for (const id of taken) {
        const { state, history } = await readOrder(id)
        expect(state).toBe('relayed')
        const sends = sent.filter(({ body }) => (body as { external_id: string }).external_id === id).length
        expect(
          history.filter(({ status, outcome }) => status !== null || outcome === 'unconfirmed'),
        ).toHaveLength(sends)
        // Sent again after it had arrived: only where the answer did not say that it had.
        const landed = history.filter(({ outcome }) => outcome === 'relayed').length
        expect(landed).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: 25 },
  )
}, 60_000)
