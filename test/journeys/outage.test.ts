import { afterEach, beforeEach, expect, it } from 'vitest'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import {
  anOrder,
  freezeTime,
  HOUR,
  MINUTE,
  NOW,
  passTime,
  postOrder,
  readOrder,
  restartLedger,
  runAlarm,
  SECOND,
  startAfresh,
} from '../bridge.ts'
import { designIn, failNext, fetchFromOutside, OPTIONS, received } from '../sandbox/drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

it('takes orders in while Sign Customiser is down, and relays each once when it is back', async () => {
  const app = sandbox(OPTIONS)
  fetchFromOutside(app)
  await designIn(app, { product_id: 1 })
  await failNext(app, { kind: 'status', status: 503, count: 1_000 })

  const ids = Array.from({ length: 8 }, (_, n) => `order-${n}`)
  for (const id of ids) expect((await postOrder(anOrder(id))).status).toBe(202)
  for (let hours = 0; hours < 5; hours++) {
    passTime(HOUR)
    await runAlarm()
  }
  await restartLedger()
  for (const id of ids) expect((await readOrder(id)).state).toBe('queued')

  await app.request('/sandbox/faults', { method: 'DELETE' })
  for (let runs = 0; runs < 4; runs++) {
    passTime(7 * HOUR)
    await runAlarm()
  }

  for (const id of ids) expect((await readOrder(id)).state).toBe('relayed')
  const arrived = (await received(app)) as { external_id: string }[]
  expect(arrived.map(({ external_id }) => external_id).sort()).toEqual(ids)
})

it('waits as long as Sign Customiser asks, given as a date', async () => {
  const app = sandbox(OPTIONS)
  fetchFromOutside(app)
  await designIn(app, { product_id: 1 })
  const until = new Date(NOW + 30 * MINUTE)
  await failNext(app, { kind: 'status', status: 429, retry_after: until.toUTCString() })

  await postOrder(anOrder())
  expect(await readOrder()).toMatchObject({ state: 'queued', next_attempt_at: until.toISOString() })

  passTime(30 * MINUTE - SECOND)
  await runAlarm()
  expect(await received(app)).toEqual([])

  passTime(2 * SECOND)
  await runAlarm()
  expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2 })
  expect(await received(app)).toHaveLength(1)
})
