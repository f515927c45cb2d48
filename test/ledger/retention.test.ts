import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  accepted,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  ledger,
  NOW,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  runAlarm,
  SECOND,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import { parsePrometheus } from '../operations/prometheus-parser.ts'

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
const lost = () => new Response('', { status: 504 })
const orderOf = ({ body }: Sent) => (body as { external_id?: string }).external_id ?? ''
const alerts = (sent: Sent[]) =>
  sent.filter(({ url }) => url === ALERT_URL).map(({ body }) => (body as { kind: string }).kind)

/** Orders and events that end in every way, each full of what is personal. */
async function liveThrough(): Promise<Sent[]> {
  await changeSettings({ ALERT_URL, EVENTS_URL })
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
    expect(await (await fetchAsStore('/events')).json()).toMatchObject({ events: [] })
    const { deliveries } = await (await fetchAsStore('/deliveries?destination=events')).json<{
      deliveries: { type: string }[]
    }>()
    expect(deliveries.map(({ type }) => type)).not.toContain('order.relayed')
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
    await changeSettings({ RETENTION_DAYS: '30' })
    outsideAnswers(accepted)
    await postOrder(anOrder())

    await pass(30)
    expect(await bodyOf('order-1')).not.toEqual({ body: null })
    passTime(HOUR)
    await pass(0)
    expect(await bodyOf('order-1')).toEqual({ body: null })
  })

  it('that was relayed days after it came is kept for as long after that', async () => {
    await changeSettings({ RETENTION_DAYS: '30' })
    outsideAnswers((_, nth) => (nth === 1 ? new Response('', { status: 503 }) : accepted()))
    await postOrder(anOrder())
    await pass(2)
    expect(await readOrder()).toMatchObject({ state: 'relayed' })

    await pass(29)
    expect(await bodyOf('order-1')).not.toEqual({ body: null })
    await pass(1)
    expect(await bodyOf('order-1')).toEqual({ body: null })
  })

  it('that was rejected is told of a week before, and erased no earlier than a week after', async () => {
    await changeSettings({ ALERT_URL })
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
    await changeSettings({ ALERT_URL })
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

describe('what waits', () => {
  it('is left alone, however long', async () => {
    await changeSettings({ RETENTION_DAYS: '30', RELAY_GIVE_UP_HOURS: '8000', EVENTS_URL })
    outsideAnswers(({ url }) => (url === EVENTS_URL ? new Response('', { status: 500 }) : lost()))
    await postOrder(anOrder('doubtful', personal))
    await postOrder(anOrder('waiting', personal))
    await postEvent({ form_submission: { submission_number: 1, responses: [CANARY] } })
    for (let n = 0; n < 20; n++) await pass(10)

    expect(await readOrder('doubtful')).toMatchObject({ state: 'unconfirmed' })
    const bodies = await runInDurableObject(ledger(), (_, { storage: { sql } }) =>
      sql.exec<{ body: string }>("SELECT body FROM deliveries WHERE destination = 'orders'").toArray(),
    )
    expect(bodies.map(({ body }) => body.includes(CANARY))).toEqual([true, true])
  })
})

describe('a sweep', () => {
  const orders = (n: number, at: number, state = 'relayed', warnedAt: number | null = null) =>
    runInDurableObject(ledger(), (_, { storage: { sql } }) => {
      sql.exec(
        `INSERT INTO deliveries (destination, external_id, source, state, digest, give_up_at, received_at, changed_at, relayed_at,
           warned_at, body)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         SELECT 'orders', ?2 || ?3 || i, 'store', ?2, '', 0, ?3, ?3, iif(?2 = 'relayed', ?3, NULL), ?4, '{}' FROM n`,
        n,
        state,
        at,
        warnedAt,
      )
    })
  const erased = () =>
    runInDurableObject(
      ledger(),
      (_, { storage: { sql } }) =>
        sql.exec('SELECT count(*) AS n FROM deliveries WHERE body IS NULL').one().n,
    )
  const overdue = async () => {
    const text = await (await fetchAsStore('/metrics')).text()
    return parsePrometheus(text).bridge_erasure_overdue_seconds?.samples[0]?.value
  }

  it('erases 5,000 rows at most, and /metrics tells of what is left', async () => {
    await orders(6_000, NOW - 91 * DAY)
    await orders(100, NOW)

    await ledger().sweep()
    expect(await erased()).toBe(5_000)
    expect(await overdue()).toBe((1 * DAY) / SECOND)
    await ledger().sweep()
    expect(await erased()).toBe(6_000)
    expect(await overdue()).toBe(0)
  })

  it('takes a second at most', async () => {
    await orders(2_000, NOW - 91 * DAY)
    let time = NOW
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => (time += 200))

    await ledger().sweep()
    clock.mockRestore()
    expect(await erased()).toBeGreaterThan(0)
    expect(await erased()).toBeLessThan(2_000)
  })

  it('erases nothing that has changed since it was told of, however much there is to tell of', async () => {
    await orders(5_010, NOW - 91 * DAY, 'failed', NOW - 92 * DAY)

    await ledger().sweep()
    expect(await erased()).toBe(0)
    passTime(7 * DAY)
    await ledger().sweep()
    expect(await erased()).toBeGreaterThan(4_900)
  })

  it('finds what is to be erased without looking at what is not', async () => {
    await orders(3_000, NOW - 91 * DAY)
    await ledger().sweep()
    expect(await erased()).toBe(3_000)
    await orders(10, NOW - 91 * DAY, 'failed')
    await ledger().sweep()
    passTime(8 * DAY)

    const read = await runInDurableObject(ledger(), async (instance, { storage: { sql } }) => {
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
      const exec = sql.exec.bind(sql)
      Object.defineProperty(sql, 'exec', {
        configurable: true,
        value: (...args: Parameters<typeof exec>) => {
          const cursor = exec(...args)
          cursors.push(cursor)
          return cursor
        },
      })
      await instance.sweep()
      Object.defineProperty(sql, 'exec', { configurable: true, value: exec })
      return cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0)
    })
    expect(await erased()).toBe(3_010)
    expect(read).toBeLessThan(300)
  })
})
