import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  alarmAt,
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
  postOrder,
  readOrder,
  runAlarm,
  SECOND,
  startAfresh,
} from '../bridge.ts'

beforeEach(async () => {
  freezeTime()
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

const down = () => new Response('down', { status: 503 })
const states = async (ids: string[]) => Promise.all(ids.map(async (id) => (await readOrder(id)).state))

/** Moves on to the alarm's time and runs it, until nothing is armed or `most` alarms have run. */
async function runAlarms(most = 100): Promise<void> {
  for (let at = await alarmAt(); at !== null && most > 0; at = await alarmAt(), most--) {
    if (at > Date.now()) passTime(at - Date.now())
    await runAlarm()
  }
}

describe('an order whose first attempt', () => {
  it('fails in passing is tried again when its time has come, not before', async () => {
    const sent = outsideAnswers((_, nth) => (nth === 1 ? down() : accepted()))

    const response = await postOrder(anOrder())
    expect(response.status).toBe(202)
    const { next_attempt_at } = await readOrder()
    const wait = Date.parse(String(next_attempt_at)) - NOW
    expect(wait).toBeGreaterThanOrEqual(30 * SECOND)
    expect(wait).toBeLessThanOrEqual(60 * SECOND)

    passTime(wait - 1)
    await runAlarm()
    expect(sent).toHaveLength(1)
    passTime(1)
    await runAlarm()
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2, last_error: null })
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
  })

  it.each(['1800', new Date(NOW + 1800 * SECOND).toUTCString()])(
    'is told Retry-After: %s waits that long',
    async (header) => {
      const sent = outsideAnswers((_, nth) =>
        nth === 1 ? new Response('', { status: 429, headers: { 'retry-after': header } }) : accepted(),
      )

      await postOrder(anOrder())
      expect((await readOrder()).next_attempt_at).toBe(new Date(NOW + 1800 * SECOND).toISOString())

      passTime(1800 * SECOND - 1)
      await runAlarm()
      expect(sent).toHaveLength(1)
      passTime(1)
      await runAlarm()
      expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2 })
    },
  )

  it.each([
    ['500', () => new Response('', { status: 500 })],
    ['502', () => new Response('', { status: 502 })],
    ['504', () => new Response('', { status: 504 })],
    ['520', () => new Response('', { status: 520 })],
    ['524', () => new Response('', { status: 524 })],
    [
      'a page of HTML with 200',
      () => new Response('<h1>Maintenance</h1>', { headers: { 'content-type': 'text/html' } }),
    ],
    ['errors with 200', () => Response.json({ errors: { products: ['is wrong'] } })],
    ['an error with 200', () => Response.json({ success: false })],
    ['words and no order with 200', () => Response.json({ message: 'Unauthenticated.' })],
    ['a broken connection', () => Promise.reject(new TypeError('Network connection lost.'))],
  ])('gets %s is unconfirmed, and sent again after RELAY_CONFIRM_SECONDS', async (_, answer) => {
    const sent = outsideAnswers((_, nth) => (nth === 1 ? answer() : accepted()))

    expect((await postOrder(anOrder())).status).toBe(202)
    expect(await readOrder()).toMatchObject({
      state: 'unconfirmed',
      next_attempt_at: new Date(NOW + 120 * SECOND).toISOString(),
    })

    await runAlarms()
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2 })
    expect(sent).toHaveLength(2)
  })

  it.each([
    [
      '409 for a taken ID',
      () => Response.json({ message: 'The external_id has already been taken.' }, { status: 409 }),
    ],
    [
      '422 for a taken ID',
      () =>
        Response.json(
          { errors: { external_id: ['The external id has already been taken.'] } },
          { status: 422 },
        ),
    ],
  ])('was lost and whose second gets %s is relayed', async (_, answer) => {
    outsideAnswers((_, nth) => (nth === 1 ? new Response('', { status: 502 }) : answer()))

    await postOrder(anOrder())
    await runAlarms()

    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2 })
  })

  it.each([
    ['an empty 204', () => new Response(null, { status: 204 })],
    ['an empty 200', () => new Response('')],
    ['a list with 200', () => Response.json([])],
    ['an order with words', () => Response.json({ message: 'Created.', order: { order_id: 7 } })],
  ])('gets %s is relayed', async (_, answer) => {
    const sent = outsideAnswers(() => answer())

    expect((await postOrder(anOrder())).status).toBe(201)
    expect(sent).toHaveLength(1)
  })

  it('was lost and whose second gets a 409 of another kind is rejected', async () => {
    outsideAnswers((_, nth) => new Response('', { status: nth === 1 ? 502 : 409 }))

    await postOrder(anOrder())
    await runAlarms()

    expect(await readOrder()).toMatchObject({ state: 'rejected', attempts: 2, may_have_arrived: true })
  })

  it.each([
    ['301', () => new Response('', { status: 301, headers: { location: 'https://elsewhere.test' } })],
    ['404', () => new Response('', { status: 404 })],
    ['409', () => new Response('', { status: 409 })],
    [
      '422 for more than a taken ID',
      () =>
        Response.json(
          { errors: { external_id: ['has already been taken'], currency: ['is wrong'] } },
          { status: 422 },
        ),
    ],
  ])('gets %s is rejected and not tried again', async (_, answer) => {
    const sent = outsideAnswers(() => answer())

    expect((await postOrder(anOrder())).status).toBe(422)
    await runAlarms()

    expect(await readOrder()).toMatchObject({ state: 'rejected', next_attempt_at: null })
    expect(sent).toHaveLength(1)
  })

  it('is lost, with settings that are no whole milliseconds, waits all the same', async () => {
    await changeSettings({
      RELAY_TIMEOUT_SECONDS: '1.23456',
      RELAY_FIRST_RETRY_SECONDS: '0.12345',
      RELAY_CONFIRM_SECONDS: '0.0005',
      RELAY_GIVE_UP_HOURS: '0.3333333',
    })
    const sent = outsideAnswers((_, nth) => (nth === 1 ? new Response('', { status: 500 }) : accepted()))

    expect((await postOrder(anOrder())).status).toBe(202)
    await evictDurableObject(ledger())
    expect(await readOrder()).toMatchObject({ state: 'unconfirmed' })
    await runAlarms()
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
    expect(sent).toHaveLength(2)
  })

  it('fails for 72 hours is given up, and a retry starts the clock anew', async () => {
    const sent = outsideAnswers(down)
    await postOrder(anOrder())
    passTime(72 * HOUR - 1)
    await runAlarm()
    expect(await readOrder()).toMatchObject({ state: 'queued', attempts: 2 })
    expect(await alarmAt()).toBeLessThanOrEqual(NOW + 72 * HOUR)

    passTime(1)
    await runAlarm()
    expect(await readOrder()).toMatchObject({ state: 'failed', next_attempt_at: null, last_error: 'down' })

    const before = sent.length
    const retried = await fetchAsStore('/orders/order-1/retry', { method: 'POST' })
    expect(retried.status).toBe(202)
    expect(sent).toHaveLength(before + 1)
    expect(await readOrder()).toMatchObject({ state: 'queued' })
  })
})

describe('an outage', () => {
  const ids = Array.from({ length: 30 }, (_, i) => `order-${i}`)

  it('closes the gate after five failures, is probed with one order at a time, and ends with everything relayed', async () => {
    let isDown = true
    const sent = outsideAnswers(() => (isDown ? down() : accepted()))
    for (const id of ids) expect((await postOrder(anOrder(id))).status).toBe(202)
    expect(sent).toHaveLength(5)

    for (let alarms = 0; alarms < 4; alarms++) await runAlarms(1)
    expect(sent.length).toBeLessThanOrEqual(9)
    isDown = false
    await runAlarms()

    expect(new Set(await states(ids))).toEqual(new Set(['relayed']))
    expect(sent.length).toBeLessThanOrEqual(9 + ids.length)
    expect((await postOrder(anOrder('after'))).status).toBe(201)
  })

  it('is probed with the order that was tried least, so that one bad order can not block the rest', async () => {
    const sent = outsideAnswers(({ body }) =>
      (body as { external_id: string }).external_id === 'bad' ? down() : accepted(),
    )
    await postOrder(anOrder('bad'))
    for (let i = 0; i < 4; i++)
      await fetchAsStore('/orders/bad/retry', { method: 'POST' }).then(() => runAlarms(1))
    await postOrder(anOrder('good'))
    await runAlarms(3)

    expect(await states(['good'])).toEqual(['relayed'])
    expect(sent.length).toBeGreaterThan(0)
  })

  it('with a refused token stops at the first order', async () => {
    const sent = outsideAnswers(() => new Response('{"message":"Unauthenticated."}', { status: 401 }))
    for (const id of ids) expect((await postOrder(anOrder(id))).status).toBe(202)

    expect(sent).toHaveLength(1)
    expect(await readOrder('order-7')).toMatchObject({ state: 'queued', attempts: 0 })
  })

  it('lets a retry through, as a probe', async () => {
    let isDown = true
    outsideAnswers(() => (isDown ? new Response('', { status: 401 }) : accepted()))
    await postOrder(anOrder('a'))
    await postOrder(anOrder('b'))
    isDown = false
    expect((await fetchAsStore('/orders/a/retry', { method: 'POST' })).status).toBe(409)
    await runAlarms()

    expect(await states(['a', 'b'])).toEqual(['relayed', 'relayed'])
  })
})

describe('when the ledger restarts', () => {
  it('an order that was being sent is unconfirmed at once, and sent again in its time', async () => {
    const sent = outsideAnswers()
    // What a kill leaves behind: an attempt that was leased and whose instance is gone.
    await runInDurableObject(ledger(), (_, { storage }) => {
      storage.sql.exec(
        `INSERT INTO deliveries (destination, external_id, number, source, state, digest, attempts, next_attempt_at, give_up_at,
           received_at, changed_at, body)
         VALUES ('orders', 'order-1', '1', 'store', 'sending', 'd', 1, ?1, ?2, ?1, ?1, '{}')`,
        NOW,
        NOW + 72 * HOUR,
      )
    })
    await evictDurableObject(ledger())

    expect(await readOrder()).toMatchObject({
      state: 'unconfirmed',
      attempts: 1,
      history: [{ at: new Date(NOW).toISOString(), outcome: 'unconfirmed' }],
    })
    expect(await alarmAt()).toBe(NOW + 120 * SECOND)
    await runAlarms()
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2 })
    expect(sent).toHaveLength(1)
  })

  it('finds a lost alarm, and so does the sweep', async () => {
    outsideAnswers(down)
    await postOrder(anOrder())
    const lose = () => runInDurableObject(ledger(), (_, { storage }) => storage.deleteAlarm())

    await lose()
    await ledger().sweep()
    expect(await alarmAt()).toBeGreaterThan(NOW)

    await lose()
    await evictDurableObject(ledger())
    expect(await alarmAt()).toBeGreaterThan(NOW)
  })

  it('keeps the gate closed', async () => {
    const sent = outsideAnswers(() => new Response('', { status: 429, headers: { 'retry-after': '3600' } }))
    await postOrder(anOrder('a'))
    await evictDurableObject(ledger())
    await postOrder(anOrder('b'))

    expect(sent).toHaveLength(1)
  })
})

describe('retry', () => {
  it('leads back from failed, rejected and unconfirmed, and from nothing else', async () => {
    let status = 422
    const sent = outsideAnswers(() => (status === 200 ? accepted() : new Response('', { status })))
    await postOrder(anOrder())
    status = 200

    expect(await (await fetchAsStore('/orders/order-1/retry', { method: 'POST' })).json()).toMatchObject({
      state: 'relayed',
    })
    expect((await fetchAsStore('/orders/order-1/retry', { method: 'POST' })).status).toBe(409)
    expect((await fetchAsStore('/orders/none/retry', { method: 'POST' })).status).toBe(404)
    expect(sent).toHaveLength(2)
  })

  it('of all rejected orders says how many and sends them', async () => {
    let status = 422
    outsideAnswers(() => (status === 200 ? accepted() : new Response('', { status })))
    for (const id of ['a', 'b', 'c']) await postOrder(anOrder(id))
    status = 200

    const response = await fetchAsStore('/orders/retry?state=rejected', { method: 'POST' })
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ retried: 3 })
    await runAlarms()
    expect(await states(['a', 'b', 'c'])).toEqual(['relayed', 'relayed', 'relayed'])
    expect((await fetchAsStore('/orders/retry?state=relayed', { method: 'POST' })).status).toBe(422)
  })
})

describe('connections', () => {
  it('are never more than six at once', async () => {
    let open = 0
    let most = 0
    outsideAnswers(async () => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setTimeout(resolve, 5))
      open--
      return accepted()
    })
    const ids = Array.from({ length: 25 }, (_, i) => `order-${i}`)
    await Promise.all(ids.map((id) => postOrder(anOrder(id))))
    await runAlarms()

    expect(new Set(await states(ids))).toEqual(new Set(['relayed']))
    expect(most).toBe(6)
  })

  it('are not used for an order whose time ran out while it waited for one', async () => {
    let answerNow = () => {}
    const answered = new Promise<void>((resolve) => {
      answerNow = resolve
    })
    const sent = outsideAnswers(async () => {
      await answered
      return accepted()
    })
    const ids = Array.from({ length: 7 }, (_, i) => `order-${i}`)
    await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
      for (const id of ids)
        sql.exec(
          `INSERT INTO deliveries (destination, external_id, number, source, state, digest, next_attempt_at, give_up_at,
             received_at, changed_at, body)
           VALUES ('orders', ?1, '1', 'store', 'queued', 'd', ?2, ?3, ?2, ?2, '{}')`,
          id,
          NOW,
          NOW + 5 * SECOND,
        )
    })
    const draining = ledger().sweep().then(runAlarm)
    while (sent.length < 6) await readOrder('order-0')
    passTime(5 * SECOND)
    answerNow()
    await draining
    await runAlarms()

    expect(await states(ids)).toEqual([...Array(6).fill('relayed'), 'failed'])
    expect(sent).toHaveLength(6)
  })
})
