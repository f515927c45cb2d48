import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  anOrder,
  changeSettings,
  fetchAsStore,
  freezeTime,
  MINUTE,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  runAlarm,
  type Sent,
  sendAsStore,
  startAfresh,
} from '../bridge.ts'

beforeEach(async () => {
  freezeTime()
  await changeSettings({ ALERT_URL: 'https://alerts.test/' })
  await postDesign({ product_id: 1, price: 2999 })
})
afterEach(startAfresh)

const isAlert = ({ url }: Sent) => url.startsWith('https://alerts.test')
const answering = (answer: () => Response | Promise<Response>) =>
  outsideAnswers((sent) => (isAlert(sent) ? new Response() : answer()))
/** Keeps Sign Customiser's answer back until it is released. */
function hanging(answer: () => Response) {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const sent = answering(async () => {
    await released
    return answer()
  })
  return { sent, release }
}
const alertsIn = async (sent: Sent[]) => {
  await runAlarm()
  return sent.filter(isAlert).map(({ body }) => (body as { kind: string }).kind)
}
const push = async (path: string, body?: unknown) => {
  const response =
    body === undefined ? await fetchAsStore(path, { method: 'POST' }) : await sendAsStore('POST', path, body)
  return { status: response.status, json: await response.json<Record<string, unknown>>() }
}
const lost = () => new Response('', { status: 504 })
const down = () => new Response('', { status: 503 })

describe('POST /orders/{external_id}/cancel', () => {
  it('withdraws an order that waits: nothing more is sent, and a retry leads back', async () => {
    const sent = answering(down)
    await postOrder(anOrder())

    expect(await push('/orders/order-1/cancel')).toMatchObject({
      status: 200,
      json: { state: 'cancelled', may_have_arrived: false, next_attempt_at: null },
    })
    expect((await push('/orders/order-1/cancel')).status).toBe(200)
    passTime(60 * MINUTE)
    await runAlarm()
    expect(sent.filter((call) => !isAlert(call))).toHaveLength(1)
    expect(await alertsIn(sent)).toEqual([])

    answering(accepted)
    expect(await push('/orders/order-1/retry')).toMatchObject({ status: 202, json: { state: 'relayed' } })
  })

  it('says of an order in doubt that it may have arrived, and tells the operator', async () => {
    const sent = answering(lost)
    await postOrder(anOrder())

    expect(await push('/orders/order-1/cancel')).toMatchObject({
      status: 200,
      json: { may_have_arrived: true },
    })
    expect(await alertsIn(sent)).toEqual(['order-cancelled'])
  })

  it('lets the attempt under way be the last', async () => {
    const { sent, release } = hanging(down)
    const posted = postOrder(anOrder())
    while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve))

    expect(await push('/orders/order-1/cancel')).toMatchObject({ status: 202, json: { state: 'sending' } })
    release()
    await posted
    expect(await readOrder()).toMatchObject({ state: 'cancelled', next_attempt_at: null })
  })

  it('comes too late for one that arrives all the same, which is an alert', async () => {
    const { sent, release } = hanging(accepted)
    const posted = postOrder(anOrder())
    while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve))

    await push('/orders/order-1/cancel')
    release()
    await posted
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
    expect(await alertsIn(sent)).toEqual(['order-cancelled'])
  })

  it('is refused for a relayed order, with one alert', async () => {
    const sent = answering(accepted)
    await postOrder(anOrder())

    for (let n = 0; n < 2; n++)
      expect(await push('/orders/order-1/cancel')).toMatchObject({
        status: 409,
        json: { type: '/problems/already-relayed', order: { state: 'relayed' } },
      })
    expect(await alertsIn(sent)).toEqual(['order-cancelled'])
  })

  it('knows no order that it was not given', async () => {
    expect((await push('/orders/none/cancel')).status).toBe(404)
  })
})

describe('POST /orders/{external_id}/settle', () => {
  it('ends the doubt: it has arrived, under this number', async () => {
    answering(lost)
    await postOrder(anOrder())

    expect(
      await push('/orders/order-1/settle', { arrived: true, sign_customiser_order_id: 7 }),
    ).toMatchObject({
      status: 200,
      json: { state: 'relayed', sign_customiser_order_id: 7, may_have_arrived: false },
    })
  })

  it('ends the doubt: it is not there, and is sent again', async () => {
    answering(lost)
    await postOrder(anOrder())
    const sent = answering(accepted)

    expect(await push('/orders/order-1/settle', { arrived: false })).toMatchObject({
      json: { state: 'queued', may_have_arrived: false },
    })
    expect(await alertsIn(sent)).toEqual([])
    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2, may_have_arrived: false })
  })

  it.each([
    ['nothing', {}, ['/arrived']],
    ['a word', { arrived: 'yes' }, ['/arrived']],
    ['an ID that is none', { arrived: true, sign_customiser_order_id: 'a b' }, ['/sign_customiser_order_id']],
  ])('refuses %s', async (_, body, pointers) => {
    const { status, json } = await push('/orders/order-1/settle', body)
    expect(status).toBe(422)
    expect((json.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers)
  })

  it('decides on nothing that is relayed or waits', async () => {
    answering(accepted)
    await postOrder(anOrder())
    answering(down)
    await postOrder(anOrder('waits'))

    for (const id of ['order-1', 'waits'])
      expect(await push(`/orders/${id}/settle`, { arrived: true })).toMatchObject({
        status: 409,
        json: { type: '/problems/not-settleable' },
      })
    expect((await push('/orders/none/settle', { arrived: true })).status).toBe(404)
  })
})

describe("a customer's wish", () => {
  it('erases what was said of an order, and what it was', async () => {
    answering(() => Response.json({ order: { order_id: 7 }, said: 'Ada' }))
    await postOrder(anOrder('order-1', { customer: { first_name: 'Ada' } }))
    await postEvent({
      order: {
        order_id: 7,
        external_id: 'order-1',
        external_order_number: '#order-1',
        products: [{ product_id: 1 }],
        customer: { first_name: 'Ada' },
      },
    })

    expect(await push('/orders/order-1/erase')).toMatchObject({ status: 200, json: { state: 'relayed' } })
    const { events } = await (await fetchAsStore('/events')).json<{ events: { payload: unknown }[] }>()
    expect(events.map(({ payload }) => payload)).toEqual([null])
    expect((await postOrder(anOrder('order-1', { customer: { first_name: 'Ada' } }))).status).toBe(200)
  })

  it('does not erase an order that waits', async () => {
    answering(down)
    await postOrder(anOrder())
    expect(await push('/orders/order-1/erase')).toMatchObject({
      status: 409,
      json: { type: '/problems/not-erasable' },
    })

    await push('/orders/order-1/cancel')
    expect((await push('/orders/order-1/erase')).status).toBe(200)
    expect(await push('/orders/order-1/retry')).toMatchObject({
      status: 409,
      json: { type: '/problems/order-erased' },
    })
  })

  it('erases a design, whose ID stays known', async () => {
    answering(accepted)
    const erase = () => fetchAsStore('/products/sc-1', { method: 'DELETE' })

    expect((await erase()).status).toBe(204)
    expect((await erase()).status).toBe(404)
    expect((await fetchAsStore('/products/sc-1')).status).toBe(404)
    expect(await env.CATALOGUE.get('product:sc-1')).toBeNull()
    await postDesign({ product_id: 1, price: 2999 })
    expect((await fetchAsStore('/products/sc-1')).status, 'the same callback again').toBe(404)
    expect((await postOrder(anOrder())).status).toBe(201)
  })
})

describe('a warning', () => {
  it.each([
    [
      'another price than was signed',
      { products: [{ external_id: 'sc-1', price: 1 }] },
      ['price-differs /products/0/price'],
    ],
    ['another currency', { currency: 'EUR' }, ['currency-differs /currency']],
    ['no address', { shipping_address: undefined }, ['no-shipping-address /shipping_address']],
    [
      'a field that nobody reads',
      { shipping_address: { state: 'Ohio' } },
      ['unknown-address-field /shipping_address/state'],
    ],
    ['nothing wrong', {}, []],
  ])('is told of %s', async (_, more, warnings) => {
    answering(accepted)
    const response = await postOrder(
      anOrder('order-1', { currency: 'USD', shipping_address: { city: 'London' }, ...more }),
    )

    const told = await response.json<{ warnings: { code: string; pointer: string }[] }>()
    expect(told.warnings.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(warnings)
    expect(await readOrder()).toMatchObject({ warnings: told.warnings })
  })
})
