import * as v from 'valibot'
import { type AppContext, Routes } from '../http/app.ts'
import { authorised } from '../http/auth.ts'
import { anObject, fieldErrors, jsonBody } from '../http/body.ts'
import type { Json } from '../http/json.ts'
import { cursorOf, invalidQuery, readListQuery } from '../http/list-query.ts'
import type { Refusal } from '../http/problem.ts'
import { refuse, settings } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import type { NotRetried } from '../ledger/deliveries.ts'
import { BULK_RETRYABLE, isBulkRetryable, isState, RETRYABLE, STATES } from '../ledger/delivery.ts'
import { newOrder, type Order } from '../ledger/new-order.ts'
import type { OrderWithHistory } from '../ledger/views.ts'
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
  'RELAY_LOST_ANSWERS',
] as const

type ParseOrder = (body: Json, integrationId: number) => Result<Order, Refusal>

/** What an operator found out about an order: whether Sign Customiser has it, and under which ID. */
export const decisionSchema = v.pipe(
  anObject('must be an object'),
  v.object({
    arrived: v.boolean('must be true or false'),
    sign_customiser_order_id: v.optional(
      v.union(
        [v.pipe(v.number(), v.safeInteger(), v.minValue(1)), v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))],
        'must be a whole number, or 1 to 64 letters, digits, - and _',
      ),
    ),
  }),
)

/** Orders for the store's backend: hand one in, see what became of it, try it again, withdraw it, decide on it. */
export const orders = (parseOrder: ParseOrder) =>
  new Routes()
    .post('/', authorised, settings(RELAY_SETTINGS), jsonBody, async (c) => {
      const parsed = parseOrder(c.var.json, c.var.settings.SIGN_CUSTOMISER_INTEGRATION_ID)
      if (!parsed.ok) return refuse(c, parsed.error)
      c.var.line.external_id = parsed.value.external_id

      const order = await newOrder(parsed.value, 'store')
      const submission = await askLedger(c.env, (ledger) => ledger.submit(order, PATIENCE_MS))
      if (submission.result === 'conflict') return refuse(c, conflict(submission.pointers))
      if (submission.result === 'unknown-products') return refuse(c, unknownProducts(submission.lines))
      return answer(c, submission.order, submission.result === 'seen')
    })

    .get('/', authorised, async (c) => {
      const query = readListQuery(c.req.query())
      if (!query.ok) return refuse(c, query.error)
      const state = c.req.query('state') ?? ''
      if (state !== '' && !isState(state))
        return refuse(c, invalidQuery([{ pointer: '/state', detail: `must be one of ${STATES.join(', ')}` }]))

      const doubt = c.req.query('may_have_arrived') ?? ''
      if (doubt !== '' && doubt !== 'true')
        return refuse(
          c,
          invalidQuery([{ pointer: '/may_have_arrived', detail: 'must be true, or left out' }]),
        )

      const asked = { ...query.value, state: state === '' ? null : state, mayHaveArrived: doubt === 'true' }
      const page = await askLedger(c.env, (ledger) => ledger.orders(asked))
      return c.json({ orders: page.items, next_cursor: cursorOf(page.next) })
    })

    .post('/retry', authorised, async (c) => {
      const state = c.req.query('state') ?? ''
      if (!isBulkRetryable(state))
        return refuse(
          c,
          invalidQuery([{ pointer: '/state', detail: `must be one of ${BULK_RETRYABLE.join(', ')}` }]),
        )
      const retried = await askLedger(c.env, (ledger) => ledger.retryAll(state, 'api'), { once: true })
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
      const retried = await askLedger(c.env, (ledger) => ledger.retry(external_id, 'api', PATIENCE_MS), {
        once: true,
      })
      if (typeof retried === 'string') return refuse(c, NOT_RETRIED[retried])
      c.var.line.state = retried.state
      return c.json(retried, 202)
    })

    .post('/:external_id/cancel', authorised, async (c) => {
      const external_id = c.req.param('external_id')
      c.var.line.external_id = external_id
      const cancelled = await askLedger(c.env, (ledger) => ledger.cancel(external_id, 'api'))
      if (cancelled === 'not-found') return refuse(c, NOT_FOUND)
      c.var.line.state = cancelled.order.state
      if (cancelled.result === 'already-relayed')
        return refuse(c, ALREADY_RELAYED, { order: cancelled.order })
      return c.json(cancelled.order, cancelled.result === 'under-way' ? 202 : 200)
    })

    .post('/:external_id/settle', authorised, jsonBody, async (c) => {
      const external_id = c.req.param('external_id')
      c.var.line.external_id = external_id
      const decision = v.safeParse(decisionSchema, c.var.json)
      if (!decision.success)
        return refuse(c, {
          code: 'invalid-payload',
          detail: 'The decision lacks something or holds something wrong: see errors.',
          errors: fieldErrors(decision.issues),
        })
      const { arrived, sign_customiser_order_id: id } = decision.output
      const whole = arrived
        ? { arrived, remoteId: id === undefined ? null : JSON.stringify(id) }
        : { arrived }
      const settled = await askLedger(c.env, (ledger) => ledger.settle(external_id, whole, 'api'), {
        once: true,
      })
      if (settled === 'not-found') return refuse(c, NOT_FOUND)
      if (settled === 'not-settleable') return refuse(c, NOT_SETTLEABLE)
      c.var.line.state = settled.state
      return c.json(settled)
    })

    .post('/:external_id/erase', authorised, async (c) => {
      const external_id = c.req.param('external_id')
      c.var.line.external_id = external_id
      const erased = await askLedger(c.env, (ledger) => ledger.eraseOrder(external_id))
      if (erased === 'not-found') return refuse(c, NOT_FOUND)
      if (erased === 'waits') return refuse(c, NOT_ERASABLE)
      return c.json(erased)
    })

/** The order, with the status that tells a store's backend where it stands. */
function answer(c: AppContext, order: OrderWithHistory, isSeen: boolean): Response {
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

const conflict = (pointers: readonly string[]): Refusal => ({
  code: 'order-conflict',
  detail:
    'An order with this external_id but other content has been taken in, and may have been sent: look at it with ' +
    'GET /orders/{external_id}. What was sent is corrected at Sign Customiser; cancel what is not sent yet.',
  errors: pointers.map((pointer) => ({ pointer, detail: 'differs from the order that was taken in' })),
})

const ALREADY_RELAYED: Refusal = {
  code: 'already-relayed',
  detail: 'Sign Customiser has this order, and no call that cancels it: ask them to stop it.',
}

const NOT_SETTLEABLE: Refusal = {
  code: 'not-settleable',
  detail: 'Only orders that are unconfirmed, failed or rejected can be decided on.',
}

const NOT_ERASABLE: Refusal = {
  code: 'not-erasable',
  detail: 'The order waits to be sent and could not be without its content: cancel it first.',
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
    detail: 'Its content was erased, so there is nothing to send.',
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
