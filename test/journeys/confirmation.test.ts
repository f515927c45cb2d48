import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  anOrder,
  fetchAsStore,
  freezeTime,
  HOUR,
  NOW,
  passTime,
  postOrder,
  readOrder,
  runAlarm,
  SECOND,
  startAfresh,
} from '../bridge.ts'
import {
  designIn,
  failNext,
  fetchFromOutside,
  post,
  received,
  release,
  withEvents,
} from '../sandbox/drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

describe('an order whose answer was lost', () => {
  it('arrives once where order:created confirms it', async () => {
    const app = await withEvents()
    fetchFromOutside(app)
    await designIn(app, { product_id: 1 })
    await failNext(app, { kind: 'drop', recorded: true })

    expect((await postOrder(anOrder())).status).toBe(202)
    passTime(30 * SECOND)
    expect(await release(app)).toEqual([200])

    expect(await readOrder()).toMatchObject({
      state: 'relayed',
      attempts: 1,
      sign_customiser_order_id: expect.any(Number),
    })
    passTime(HOUR)
    await runAlarm()
    expect(await received(app)).toHaveLength(1)
  })

  it('is sent again after RELAY_CONFIRM_SECONDS where nothing confirms it, and not before', async () => {
    const app = await withEvents()
    fetchFromOutside(app)
    await designIn(app, { product_id: 1 })
    await failNext(app, { kind: 'drop' })

    await postOrder(anOrder())
    expect(await release(app)).toEqual([])
    passTime(120 * SECOND - 1)
    await runAlarm()
    expect(await received(app)).toHaveLength(0)

    passTime(1)
    await runAlarm()
    expect(await readOrder()).toMatchObject({
      state: 'relayed',
      attempts: 2,
      relayed_at: new Date(NOW + 120 * SECOND).toISOString(),
    })
    expect(await received(app)).toHaveLength(1)
  })
})

it('confirms many orders at once, each with its own event, however often and in whatever order they come', async () => {
  const app = await withEvents()
  fetchFromOutside(app)
  await designIn(app, { product_id: 1 })
  const ids = ['a', 'b', 'c', 'd']
  await failNext(app, { kind: 'status', status: 504, recorded: true, count: 4 })
  for (const id of ids) await postOrder(anOrder(id))
  await post(app, '/sandbox/forms', {})

  expect(await release(app, { sequence: 'reversed', times: 3 })).toEqual(Array(15).fill(200))

  for (const id of ids) expect(await readOrder(id)).toMatchObject({ state: 'relayed', attempts: 1 })
  passTime(HOUR)
  await runAlarm()
  expect(await received(app)).toHaveLength(4)
  const { events } = await (await fetchAsStore('/events')).json<{ events: { repeats: number }[] }>()
  expect(events.map(({ repeats }) => repeats)).toEqual([2, 2, 2, 2, 2])
})
