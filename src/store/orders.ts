import { type AppContext, Routes } from '../http/app.ts'
import { authorised } from '../http/auth.ts'
import { jsonBody } from '../http/body.ts'
import type { Json } from '../http/json.ts'
import { cursorOf, invalidQuery, readListQuery } from '../http/list-query.ts'
import type { Refusal } from '../http/problem.ts'
import { refuse, settings } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import { isState, STATES } from '../ledger/delivery.ts'
import { newOrder, type Order } from '../ledger/new-order.ts'
import { isRetryable, type NotRetried, RETRYABLE } from '../ledger/retry.ts'
import type { OrderStory } from '../ledger/views.ts'
import type { Result } from '../result.ts'

/** What a caller waits at most for the first attempt, in milliseconds; the contract promises an answer within 5 s. */
const PATIENCE_MS = 4_500

/** Without these an order could be neither checked nor sent. */
const RELAY_SETTINGS = [
  'SIGN_CUSTOMISER_INTEGRATION_ID',
  'SIGN_CUSTOMISER_API_TOKEN',
  'SIGN_CUSTOMISER_API_URL',
  'RELAY_TIMEOUT_SECONDS',
  'RELAY_FIRST_RETRY_SECONDS',
  'RELAY_GIVE_UP_HOURS',
  'RELAY_CONFIRM_SECONDS',
] as const

type ParseOrder = (body: Json, integrationId: number) => Result<Order, Refusal>

/** Orders for the store's backend: hand one in, see what became of it, try it again. */
export const orders = (parseOrder: ParseOrder) =>
  new Routes()
    .post('/', authorised, settings(RELAY_SETTINGS), jsonBody, async (c) => {
      const parsed = parseOrder(c.var.json, c.var.settings.SIGN_CUSTOMISER_INTEGRATION_ID)
      if (!parsed.ok) return refuse(c, parsed.error)
      c.var.line.external_id = parsed.value.external_id

      const order = await newOrder(parsed.value, 'store')
      const submission = await askLedger(c.env, (ledger) => ledger.submit(order, PATIENCE_MS))
      if (submission.result === 'conflict') return refuse(c, CONFLICT)
      if (submission.result === 'unknown-products') return refuse(c, unknownProducts(submission.lines))
      return answer(c, submission.order, submission.result === 'seen')
    })

    .get('/', authorised, async (c) => {
      const query = readListQuery(c.req.query())
      if (!query.ok) return refuse(c, query.error)
      const state = c.req.query('state') ?? ''
      if (state !== '' && !isState(state))
        return refuse(c, invalidQuery([{ pointer: '/state', detail: `must be one of ${STATES.join(', ')}` }]))

      const page = await askLedger(c.env, (ledger) =>
        ledger.orders({ ...query.value, state: state === '' ? null : state }),
      )
      return c.json({ orders: page.items, next_cursor: cursorOf(page.next) })
    })

    .post('/retry', authorised, async (c) => {
      const state = c.req.query('state') ?? ''
      if (!isRetryable(state))
        return refuse(
          c,
          invalidQuery([{ pointer: '/state', detail: `must be one of ${RETRYABLE.join(', ')}` }]),
        )
      const retried = await askLedger(c.env, (ledger) => ledger.retryAll(state))
      c.var.line.count = retried
      return c.json({ retried }, 202)
    })

    .get('/:external_id', authorised, async (c) => {
      const external_id = c.req.param('external_id')
      c.var.line.external_id = external_id
      const order = await askLedger(c.env, (ledger) => ledger.order(external_id))
      if (!order) return refuse(c, NOT_FOUND)
      c.var.line.state = order.state
      return c.json(order)
    })

    .post('/:external_id/retry', authorised, async (c) => {
      const external_id = c.req.param('external_id')
      c.var.line.external_id = external_id
      const retried = await askLedger(c.env, (ledger) => ledger.retry(external_id, PATIENCE_MS))
      if (typeof retried === 'string') return refuse(c, NOT_RETRIED[retried])
      c.var.line.state = retried.state
      return c.json(retried, 202)
    })

/** The order, with the status that tells a store's backend where it stands. */
function answer(c: AppContext, order: OrderStory, isSeen: boolean): Response {
  c.var.line.state = order.state
  if (order.state === 'rejected') {
    const last = order.history.findLast(({ outcome }) => outcome === 'rejected')
    return refuse(
      c,
      {
        code: 'rejected',
        detail: 'Correct the order as upstream says and send it again under the same external_id.',
      },
      { order, upstream: { status: last?.status ?? null, body: last?.detail ?? null } },
    )
  }
  return c.json(order, isSeen ? 200 : order.state === 'relayed' ? 201 : 202)
}

const CONFLICT: Refusal = {
  code: 'order-conflict',
  detail:
    'An order with this external_id but other content has been taken in: give a new order an ID of its own.',
}

const NOT_FOUND: Refusal = { code: 'not-found', detail: 'There is no order with this external_id.' }

const NOT_RETRIED: Record<NotRetried, Refusal> = {
  'not-found': NOT_FOUND,
  'not-retryable': {
    code: 'not-retryable',
    detail: `Only orders that are ${RETRYABLE.join(', ')} can be retried.`,
  },
  erased: {
    code: 'order-erased',
    detail: 'Its content was erased after RETENTION_DAYS, so there is nothing to send.',
  },
}

const unknownProducts = (lines: readonly number[]): Refusal => ({
  code: 'unknown-product',
  detail:
    'The bridge has not issued these product IDs. Send sign lines only; make IDs that another endpoint issued known by ' +
    'PUT /products/{external_id}.',
  errors: lines.map((line) => ({
    pointer: `/products/${line}/external_id`,
    detail: 'is not a known product ID',
  })),
})
