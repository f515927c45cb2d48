import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  accepted,
  alarmAt,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  HOUR,
  ledger,
  MINUTE,
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

beforeEach(async () => {
  freezeTime()
  await changeSettings({ ALERT_URL: 'https://alerts.test/' })
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

const idOf = ({ body }: Sent) => (body as { external_id: string }).external_id
const isOrder = ({ url }: Sent) => url.endsWith('/api/v2/orders')
const isProbe = ({ url }: Sent) => url.endsWith('/api/v2/webhooks')
const kindsIn = (sent: Sent[]) =>
  sent
    .filter(({ url }) => url.startsWith('https://alerts'))
    .map(({ body }) => (body as { kind: string }).kind)

/** Answers orders with what `answer` makes of them, a probe with a list of webhooks, and takes alerts. */
const answering = (answer: (sent: Sent) => Response, probe = () => Response.json([])) =>
  outsideAnswers((sent) => (isOrder(sent) ? answer(sent) : isProbe(sent) ? probe() : new Response()))

/** Moves on to `ms` after the start, running each alarm at its time. */
async function passTo(ms: number): Promise<void> {
  for (let at = await alarmAt(); at !== null && at <= NOW + ms; at = await alarmAt()) {
    if (at > Date.now()) passTime(at - Date.now())
    await runAlarm()
  }
  passTime(Math.max(0, NOW + ms - Date.now()))
}

const lost = () => new Response('', { status: 504 })
const down = () => new Response('', { status: 503 })
const limited = (seconds: number) => () =>
  new Response('', { status: 429, headers: { 'retry-after': `${seconds}` } })

describe('an order whose every answer is lost', () => {
  it('is sent RELAY_LOST_ANSWERS times in 72 hours, each time told, and then an operator decides', async () => {
    const sent = answering(lost)
    await postOrder(anOrder())
    await passTo(72 * HOUR)

    expect(sent.filter(isOrder)).toHaveLength(6)
    expect(await readOrder()).toMatchObject({ state: 'failed', may_have_arrived: true })
    const kinds = kindsIn(sent)
    expect(kinds.filter((kind) => kind === 'order-maybe-twice')).toHaveLength(5)
    expect(kinds.filter((kind) => kind === 'order-failed')).toHaveLength(1)
    expect(await (await fetchAsStore('/metrics')).text()).toContain('bridge_orders_sent_again_total 5')
  })

  it('is never sent twice without knowing where the setting says so, but waits for its confirmation', async () => {
    await changeSettings({ RELAY_LOST_ANSWERS: '1' })
    const sent = answering(lost)
    await postOrder(anOrder())
    expect(await readOrder()).toMatchObject({ state: 'unconfirmed' })

    await passTo(121 * SECOND)
    expect(await readOrder()).toMatchObject({ state: 'failed' })
    await passTo(72 * HOUR)
    expect(sent.filter(isOrder)).toHaveLength(1)

    await postEvent({
      order: {
        order_id: 7,
        external_id: 'order-1',
        external_order_number: '#order-1',
        products: [{ product_id: 1 }],
      },
    })
    expect(await readOrder()).toMatchObject({ state: 'relayed', may_have_arrived: false })
  })

  it('is sent no earlier for a retry of many, but for one of its own', async () => {
    const sent = answering(lost)
    await postOrder(anOrder())
    await fetchAsStore('/orders/retry?state=unconfirmed', { method: 'POST' })
    await passTo(119 * SECOND)
    expect(sent.filter(isOrder)).toHaveLength(1)

    await fetchAsStore('/orders/order-1/retry', { method: 'POST' })
    expect(sent.filter(isOrder)).toHaveLength(2)
  })
})

describe('the closed gate of orders', () => {
  it('is probed by a read that orders nothing, then by one order at a time', async () => {
    let isDown = true
    let live = 0
    let most = 0
    const sent = outsideAnswers(async (call) => {
      if (!isOrder(call)) return isProbe(call) && isDown ? down() : Response.json([])
      if (isDown) return down()
      most = Math.max(most, ++live)
      await new Promise((resolve) => setTimeout(resolve))
      live--
      return lost()
    })
    for (let n = 0; n < 8; n++) await postOrder(anOrder(`${n}`))
    expect(sent.filter(isOrder)).toHaveLength(5)
    expect((await postOrder(anOrder('more'))).status).toBe(202)
    await passTo(10 * MINUTE)
    expect(sent.filter(isOrder)).toHaveLength(5)
    expect(sent.filter(isProbe).length).toBeGreaterThan(2)

    isDown = false
    await passTo(20 * MINUTE)
    expect(most).toBe(1)
    expect(sent.filter(isOrder).length).toBeLessThan(5 + 5)
  })

  it('does not hold good orders up for five that always fail', async () => {
    const isBad = (id: string) => id.startsWith('bad')
    const sent = answering((call) => (isBad(idOf(call)) ? new Response('', { status: 500 }) : accepted()))
    for (let n = 0; n < 5; n++) await postOrder(anOrder(`bad-${n}`))

    const waits: number[] = []
    for (let n = 0; n < 48; n++) {
      await passTo(n * 30 * MINUTE)
      const id = `good-${n}`
      await postOrder(anOrder(id))
      const from = Date.now()
      while ((await readOrder(id)).state !== 'relayed') {
        const at = await alarmAt()
        if (at === null) throw new Error('nothing looks after it')
        if (at > Date.now()) passTime(at - Date.now())
        await runAlarm()
      }
      waits.push(Date.now() - from)
    }

    expect(Math.max(...waits)).toBeLessThanOrEqual(2 * MINUTE)
    const sends = Map.groupBy(sent.filter(isOrder).map(idOf).filter(isBad), (id) => id)
    for (const each of sends.values()) expect(each.length).toBeLessThanOrEqual(6)
    expect(kindsIn(sent).filter((kind) => kind === 'gate-closed').length).toBeLessThanOrEqual(2)
  })

  it('opens exactly when a 429 says so', async () => {
    let isLimited = true
    const sent = answering(
      (call) => (isLimited ? limited(1)() : accepted()) as Response & { call?: typeof call },
    )
    await postOrder(anOrder())
    isLimited = false

    passTime(SECOND - 1)
    await runAlarm()
    expect(sent.filter(isOrder)).toHaveLength(1)
    passTime(1)
    await runAlarm()
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
  })

  it('is opened by the confirmations of what it had sent, and that is told', async () => {
    const sent = answering(lost, down)
    for (let n = 0; n < 5; n++) await postOrder(anOrder(`${n}`))
    expect((await ledger().gates()).orders).toMatchObject({ reason: 'failures' })

    for (let n = 0; n < 5; n++)
      await postEvent({
        order: {
          order_id: n + 1,
          external_id: `${n}`,
          external_order_number: `#${n}`,
          products: [{ product_id: 1 }],
        },
      })
    expect((await ledger().gates()).orders).toMatchObject({ reason: null, streak: 0 })
    await runAlarm()
    expect(kindsIn(sent).sort()).toEqual(['gate-closed', 'recovered'])
  })

  it('stays closed for a refused token, whatever is confirmed', async () => {
    answering(() => new Response('', { status: 401 }))
    await postOrder(anOrder())
    await postEvent({
      order: {
        order_id: 1,
        external_id: 'order-1',
        external_order_number: '#order-1',
        products: [{ product_id: 1 }],
      },
    })
    expect((await ledger().gates()).orders).toMatchObject({ reason: 'token-refused' })
  })

  it('is tried at once when an operator asks', async () => {
    let isDown = true
    const sent = answering(() => (isDown ? down() : accepted()))
    for (let n = 0; n < 5; n++) await postOrder(anOrder(`${n}`))
    isDown = false
    passTime(SECOND)

    expect(await ledger().probe('orders', 1_000)).toMatchObject({ closed_until: null })
    await runAlarm()
    expect(sent.filter(isProbe)).toHaveLength(1)
    for (let n = 0; n < 5; n++) expect(await readOrder(`${n}`)).toMatchObject({ state: 'relayed' })
  })
})

it('orders that are given up together are one alert', async () => {
  const sent = answering(down, down)
  for (let n = 0; n < 7; n++) await postOrder(anOrder(`${n}`))
  passTime(73 * HOUR)
  await runAlarm()
  await runAlarm()

  const failed = sent.filter(({ body }) => (body as { kind?: string } | null)?.kind === 'order-failed')
  expect(failed.map(({ body }) => (body as { count: number }).count)).toEqual([7])
})

it('SQL that throws in a drain costs no slot', async () => {
  answering(down)
  for (let n = 0; n < 4; n++) await postOrder(anOrder(`${n}`))
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const { runInDurableObject } = await import('cloudflare:test')
  await runInDurableObject(ledger(), async (_, { storage }) => {
    const exec = storage.sql.exec.bind(storage.sql)
    const spy = vi.spyOn(storage.sql, 'exec').mockImplementation(((query: string, ...bindings: never[]) => {
      if (/^SELECT seq, destination.* FROM deliveries WHERE seq = \?$/s.test(query))
        throw new Error('SQLITE_ERROR')
      return exec(query, ...bindings)
    }) as typeof exec)
    void spy
  })
  passTime(MINUTE)
  await runAlarm()
  vi.restoreAllMocks()

  answering(accepted)
  passTime(MINUTE)
  await runAlarm()
  await runAlarm()
  for (let n = 0; n < 4; n++) expect(await readOrder(`${n}`)).toMatchObject({ state: 'relayed' })
})
