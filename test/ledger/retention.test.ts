import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  ledger,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  runAlarm,
  type Sent,
  startAfresh,
} from '../bridge.ts'

const DAY = 24 * HOUR
const ALERT_URL = 'https://chat.test/hook'
const EVENTS_URL = 'https://store.test/hook'
const CANARY = 'Canary-Wren'

beforeEach(async () => {
  freezeTime()
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

/** Has the alarm send what waits, moves on by days, and has cron trigger and alarm go off at the end. */
async function pass(days: number): Promise<void> {
  await runAlarm()
  passTime(days * DAY)
  await ledger().sweep()
  await runAlarm()
}

/** Every row of every table, as text. */
const everyRow = () =>
  runInDurableObject(ledger(), (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray()
    return JSON.stringify(tables.map(({ name }) => [name, sql.exec(`SELECT * FROM "${name}"`).toArray()]))
  })

const personal = { customer: { first_name: CANARY, email: `${CANARY}@example.com` }, note: CANARY }
const orderOf = ({ body }: Sent) => (body as { external_id?: string }).external_id ?? ''
const alerts = (sent: Sent[]) =>
  sent.filter(({ url }) => url === ALERT_URL).map(({ body }) => (body as { kind: string }).kind)

/** Orders and events that end in every way, each full of what is personal. */
async function liveThrough(): Promise<Sent[]> {
  changeSettings({ ALERT_URL, EVENTS_URL })
  const sent = outsideAnswers((sent) => {
    if (sent.url === ALERT_URL) return new Response('ok')
    if (sent.url === EVENTS_URL && (sent.body as { type: string }).type.endsWith('form.submitted'))
      return new Response(CANARY, { status: 500 })
    if (sent.url === EVENTS_URL) return new Response(CANARY)
    if (orderOf(sent) === 'rejected') return new Response(CANARY, { status: 422 })
    if (orderOf(sent) === 'failed') return new Response(CANARY, { status: 408 })
    return accepted()
  })
  await postOrder(anOrder('rejected', { ...personal, shipping_line: CANARY }))
  for (const id of ['relayed', 'rejected', 'failed']) await postOrder(anOrder(id, personal))
  await postEvent({ form_submission: { submission_number: 1, responses: [CANARY] } })
  await postEvent({
    order: { order_id: 7, external_id: 'relayed', external_order_number: '#relayed', ...personal },
  })
  for (let n = 0; n < 4; n++) await runAlarm()
  for (let day = 0; day < 4; day++) await pass(1)
  return sent
}

describe('after RETENTION_DAYS', () => {
  it('nothing personal is left in any row, and what happened still shows', async () => {
    const sent = await liveThrough()
    const before = await everyRow()
    expect(before.split(CANARY).length).toBeGreaterThan(20)

    await pass(84)
    await pass(8)

    expect(await everyRow()).not.toContain(CANARY)
    expect(alerts(sent)).toContain('erasure-ahead')
    expect(await readOrder('relayed')).toMatchObject({
      state: 'relayed',
      last_error: null,
      sign_customiser_order_id: 7,
    })
    expect(await readOrder('rejected')).toMatchObject({
      state: 'rejected',
      last_error: null,
      history: [
        { outcome: 'rejected', status: 422, detail: null },
        { outcome: 'replaced', detail: null },
        { outcome: 'rejected', status: 422, detail: null },
      ],
    })
    const { events } = await (await fetchAsStore('/events')).json<{ events: { payload: unknown }[] }>()
    expect(events).toHaveLength(2)
    expect(events.map(({ payload }) => payload)).toEqual([null, null])
  })

  it('a retry finds nothing to send, the same order is known, and a corrected one is taken', async () => {
    await liveThrough()
    await pass(84)
    await pass(8)

    const retried = await fetchAsStore('/orders/failed/retry', { method: 'POST' })
    expect(retried.status).toBe(409)
    expect(await retried.json()).toMatchObject({ type: '/problems/order-erased' })
    expect(await (await fetchAsStore('/orders/retry?state=rejected', { method: 'POST' })).json()).toEqual({
      retried: 0,
    })
    expect((await postOrder(anOrder('relayed', personal))).status).toBe(200)

    outsideAnswers(accepted)
    expect((await postOrder(anOrder('rejected', { shipping_line: 'corrected' }))).status).toBe(201)
  })
})

describe('an order', () => {
  const bodyOf = (id: string) =>
    runInDurableObject(ledger(), (_, { storage }) =>
      storage.sql.exec('SELECT body FROM deliveries WHERE external_id = ?', id).one(),
    )

  it('that was relayed is kept for RETENTION_DAYS and no longer', async () => {
    changeSettings({ RETENTION_DAYS: '30' })
    outsideAnswers(accepted)
    await postOrder(anOrder())

    await pass(29)
    expect(await bodyOf('order-1')).not.toEqual({ body: null })
    await pass(1)
    expect(await bodyOf('order-1')).toEqual({ body: null })
  })

  it('that was rejected is told of a week before, and erased no earlier than a week after', async () => {
    changeSettings({ ALERT_URL })
    const sent = outsideAnswers(({ url }) => new Response('', { status: url === ALERT_URL ? 200 : 422 }))
    await postOrder(anOrder())
    await pass(82)
    expect(alerts(sent)).toEqual(['order-rejected'])
    await pass(2)
    expect(alerts(sent)).toEqual(['order-rejected', 'erasure-ahead'])

    // No sweep ran for two months: the alert still comes a week before.
    await postOrder(anOrder('order-2'))
    await pass(150)
    await pass(6)
    expect(alerts(sent).filter((kind) => kind === 'erasure-ahead')).toHaveLength(2)
    expect(await bodyOf('order-1')).toEqual({ body: null })
    expect(await bodyOf('order-2')).not.toEqual({ body: null })
    await pass(2)
    expect(await bodyOf('order-2')).toEqual({ body: null })
  })

  it('that was retried meanwhile is told of anew', async () => {
    changeSettings({ ALERT_URL })
    const sent = outsideAnswers(({ url }) => new Response('', { status: url === ALERT_URL ? 200 : 422 }))
    await postOrder(anOrder())
    await pass(84)
    await fetchAsStore('/orders/order-1/retry', { method: 'POST' })
    await pass(84)
    await pass(5)
    expect(await bodyOf('order-1')).not.toEqual({ body: null })
    await pass(2)
    expect(alerts(sent).filter((kind) => kind === 'erasure-ahead')).toHaveLength(2)
    expect(await bodyOf('order-1')).toEqual({ body: null })
  })
})

it('finds what is to be erased by an index, and no more than a batch at once', async () => {
  await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
    sql.exec(`
      INSERT INTO deliveries (destination, external_id, source, state, digest, give_up_at, received_at, changed_at, relayed_at, body)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      SELECT 'orders', 'old-' || i, 'store', 'relayed', '', 0, 0, 0, 0, '{}' FROM n`)
  })
  const erased = () =>
    runInDurableObject(
      ledger(),
      (_, { storage: { sql } }) =>
        sql.exec('SELECT count(*) AS n FROM deliveries WHERE body IS NULL').one().n,
    )

  await ledger().sweep()
  expect(await erased()).toBe(200)
  const read = await runInDurableObject(ledger(), async (instance, { storage: { sql } }) => {
    const rows: number[] = []
    const exec = sql.exec.bind(sql)
    Object.defineProperty(sql, 'exec', {
      configurable: true,
      value: (...args: Parameters<typeof exec>) => {
        const cursor = exec(...args)
        rows.push(cursor.rowsRead)
        return cursor
      },
    })
    await instance.sweep()
    return rows.reduce((sum, n) => sum + n, 0)
  })
  expect(await erased()).toBe(400)
  expect(read).toBeLessThan(3000)
})
