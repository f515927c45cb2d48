import type { Checks } from '../check.ts'
import { Routes } from '../http/app.ts'
import { readListQuery } from '../http/list-query.ts'
import { askLedger } from '../ledger/ask.ts'
import { isBulkRetryable, isState } from '../ledger/delivery.ts'
import { readSettings } from '../settings.ts'
import { badQuery, failed, fromConsole, noOrder, noticeOf, operator, seeOther } from './access.ts'
import { eventsView } from './events.ts'
import { consolePage, orderPath } from './layout.ts'
import { orderView } from './order.ts'
import { ordersView } from './orders.ts'
import { overview } from './overview.ts'
import { productsView } from './products.ts'

/** What an operator waits at most for a retry's attempt, in milliseconds; the page shows its outcome. */
const PATIENCE_MS = 4_500
/** Of the orders that a product is in, the newest are shown. */
const MOST_ORDERS = 4

/** Without these no order is sent. */
const SENDING = [
  'SIGN_CUSTOMISER_API_TOKEN',
  'SIGN_CUSTOMISER_INTEGRATION_ID',
  'SIGN_CUSTOMISER_API_URL',
] as const

/**
 * Pages for who looks after the bridge. They work without script, and only one order's page holds personal data. `readiness` is
 * what `GET /ready` knows.
 */
export const operatorConsole = (readiness: (env: Env, now: number) => Promise<{ checks: Checks }>) =>
  new Routes()
    .get('/', operator, async (c) => {
      const now = Date.now()
      const [counters, { orders: gate }, { checks }] = await Promise.all([
        askLedger(c.env, (ledger) => ledger.counters()),
        askLedger(c.env, (ledger) => ledger.gates()),
        readiness(c.env, now),
      ])
      const main = overview(counters, gate, checks, now)
      return consolePage(c, { section: '', title: 'Overview', main })
    })

    .get('/orders', operator, async (c) => {
      const asked = c.req.query()
      const query = readListQuery(asked)
      const word = asked.state ?? ''
      const state = isState(word) ? word : null
      if (!query.ok || (word !== '' && state === null)) return badQuery(c)
      const [orders, counters, { orders: gate }] = await Promise.all([
        askLedger(c.env, (ledger) =>
          ledger.orders({ ...query.value, state, mayHaveArrived: asked.may_have_arrived === 'true' }),
        ),
        askLedger(c.env, (ledger) => ledger.counters()),
        askLedger(c.env, (ledger) => ledger.gates()),
      ])
      const { done, ...rest } = asked
      const main = ordersView({
        orders,
        query: query.value,
        state,
        count: state === null ? null : counters.orders[state],
        asked: rest,
        notice: noticeOf(done),
        closedUntil: gate.closed_until,
        now: Date.now(),
      })
      return consolePage(c, { section: '/orders', title: 'Orders', main })
    })

    .post('/orders/retry', operator, fromConsole, async (c) => {
      const state = c.req.query('state') ?? 'failed'
      if (!isBulkRetryable(state)) return badQuery(c)
      c.var.line.count = await askLedger(c.env, (ledger) => ledger.retryAll(state, 'console'), { once: true })
      return seeOther(c, '/console/orders', c.var.line.count === 0 ? 'none' : 'all')
    })

    .get('/orders/:external_id', operator, async (c) => {
      const external_id = c.req.param('external_id')
      c.var.line.external_id = external_id
      const file = await askLedger(c.env, (ledger) => ledger.orderFile(external_id))
      if (!file) return noOrder(c)
      const sending = readSettings(c.env, SENDING)
      const lacking = sending.ok ? [] : sending.error.map(({ setting }) => setting)
      const settings = readSettings(c.env, ['CURRENCY'])
      const main = orderView({
        file,
        lacking,
        currency: settings.ok ? settings.value.CURRENCY : 'USD',
        notice: noticeOf(c.req.query('done')),
        now: Date.now(),
      })
      return consolePage(c, { section: '/orders', title: `Order ${file.order.external_order_number}`, main })
    })

    .post('/orders/:external_id/retry', operator, fromConsole, async (c) => {
      const external_id = c.req.param('external_id')
      c.var.line.external_id = external_id
      const retried = await askLedger(c.env, (ledger) => ledger.retry(external_id, 'console', PATIENCE_MS), {
        once: true,
      })
      if (retried === 'not-found') return noOrder(c)
      return seeOther(c, orderPath(external_id), typeof retried === 'string' ? retried : 'one')
    })

    .get('/products', operator, async (c) => {
      const asked = c.req.query()
      const query = readListQuery({ limit: '24', ...asked })
      if (!query.ok) return badQuery(c)
      const products = await askLedger(c.env, (ledger) => ledger.designs(query.value))
      const ids = products.items.map(({ external_id }) => external_id)
      const orders = await askLedger(c.env, (ledger) => ledger.ordersWith(ids, MOST_ORDERS))
      const main = productsView(products, orders, query.value, asked)
      return consolePage(c, { section: '/products', title: 'Products', main })
    })

    .get('/events', operator, async (c) => {
      const asked = c.req.query()
      const query = readListQuery(asked)
      if (!query.ok) return badQuery(c)
      const topic = asked.topic ?? ''
      const [events, counters] = await Promise.all([
        askLedger(c.env, (ledger) => ledger.events({ ...query.value, topic: topic === '' ? null : topic })),
        askLedger(c.env, (ledger) => ledger.counters()),
      ])
      const topics = counters.events.map((count) => count.topic)
      const main = eventsView(events, topics, topic, asked)
      return consolePage(c, { section: '/events', title: 'Events', main })
    })

    .onError(failed)
