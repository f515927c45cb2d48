import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  anOrder,
  changeSettings,
  freezeTime,
  keepLog,
  ledger,
  MINUTE,
  NOW,
  outsideAnswers,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  SECOND,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import { passTo } from './inside.ts'
import { noteStatements } from './statements.ts'

beforeEach(() => {
  freezeTime()
  keepLog()
})
afterEach(startAfresh)

const EVENTS_URL = 'https://store.test/events'
const ALERT_URL = 'https://alerts.test/'
const isOrder = ({ url }: Sent) => url.endsWith('/orders')
const lost = () => new Response('', { status: 504 })

/** How many rows some work writes, entries of indexes included: what is billed, beside a row for each alarm that is set. */
async function written(work: () => Promise<unknown>): Promise<number> {
  const noted = await noteStatements()
  await work()
  return noted.reduce((sum, { cursor }) => sum + cursor.rowsWritten, 0)
}

/** An order in which nothing looks wrong. */
const goodOrder = (id = 'order-1') => anOrder(id, { shipping_address: { city: 'Springfield' } })

const form = { form_submission: { submission_number: 1 } }
const created = (id = 'order-1') => ({
  order: {
    order_id: 7,
    external_id: id,
    external_order_number: `#${id}`,
    products: [{ product_id: 1 }],
  },
})

describe('the rows that are written', () => {
  it('for a design', async () => {
    const rows = await written(() => postDesign({ product_id: 1 }))
    expect(rows).toBe(3)
  })

  it('for a design that is known', async () => {
    await postDesign({ product_id: 1 })
    expect(await written(() => postDesign({ product_id: 1 }))).toBe(0)
  })

  it('for an order that relays at once', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(accepted)
    const rows = await written(async () => expect((await postOrder(goodOrder())).status).toBe(201))
    expect(rows).toBe(6)
  })

  it('for an order that is seen again', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(accepted)
    await postOrder(goodOrder())
    expect(await written(() => postOrder(goodOrder()))).toBe(0)
  })

  it('for an order whose answer is lost, and for the event that settles it', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(lost)
    expect(await written(() => postOrder(goodOrder()))).toBe(11)
    expect(await written(() => postEvent(created()))).toBe(5)
    expect(await readOrder()).toMatchObject({ state: 'relayed' })
  })

  it('for the event that confirms a relayed order', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(accepted)
    await postOrder(goodOrder())
    expect(await written(() => postEvent(created()))).toBe(4)
  })

  it('for an event', async () => {
    expect(await written(() => postEvent(form))).toBe(3)
  })

  it('for an event that comes again', async () => {
    await postEvent(form)
    expect(await written(() => postEvent(form))).toBe(1)
  })

  it('for the event of an order that is not ours', async () => {
    expect(await written(() => postEvent(created('elsewhere')))).toBe(4)
  })

  it('for an event that is forwarded, from its receipt until it has arrived', async () => {
    await changeSettings({ EVENTS_URL })
    outsideAnswers(() => new Response())
    const rows = await written(async () => {
      await postEvent(form)
      await passTo(NOW + SECOND)
    })
    expect(rows).toBe(10)
  })

  it('for an alert, until it has arrived', async () => {
    await changeSettings({ ALERT_URL })
    await postDesign({ product_id: 1 })
    outsideAnswers((request) => (isOrder(request) ? new Response('', { status: 422 }) : new Response()))
    await postOrder(goodOrder())
    expect(await written(() => passTo(NOW + SECOND))).toBe(3)
  })

  it('for counting a hundred orders up, and for counting nothing', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(accepted)
    for (let n = 0; n < 100; n++) await postOrder(goodOrder(`order-${n}`))
    expect(await written(() => ledger().counters())).toBe(4)
    expect(await written(() => ledger().counters())).toBe(0)
  })

  it('for a sweep that has nothing to do', async () => {
    await ledger().sweep()
    await passTo(NOW + 5 * MINUTE)
    expect(await written(() => ledger().sweep())).toBe(1)
  })
})
