import { Routes } from '../http/app.ts'
import { authorised } from '../http/auth.ts'
import { cursorOf, invalidQuery, readListQuery } from '../http/list-query.ts'
import type { Refusal } from '../http/problem.ts'
import { refuse } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import type { NotRetried } from '../ledger/deliveries.ts'
import { FORWARDED, isForwarded, isState, RETRYABLE, STATES } from '../ledger/delivery.ts'

/** What a caller waits at most for the attempt that a retry makes, in milliseconds. */
const PATIENCE_MS = 4_500

/** Everything that leaves the bridge but orders: the same list and retry as theirs. */
export const deliveries = new Routes()
  .get('/', authorised, async (c) => {
    const query = readListQuery(c.req.query())
    if (!query.ok) return refuse(c, query.error)
    const { destination = '', state = '' } = c.req.query()
    if (destination !== '' && !isForwarded(destination))
      return refuse(
        c,
        invalidQuery([{ pointer: '/destination', detail: `must be one of ${FORWARDED.join(', ')}` }]),
      )
    if (state !== '' && !isState(state))
      return refuse(c, invalidQuery([{ pointer: '/state', detail: `must be one of ${STATES.join(', ')}` }]))

    const page = await askLedger(c.env, (ledger) =>
      ledger.deliveries({
        ...query.value,
        destination: destination === '' ? null : destination,
        state: state === '' ? null : state,
      }),
    )
    return c.json({ deliveries: page.items, next_cursor: cursorOf(page.next) })
  })

  .post('/:id/retry', authorised, async (c) => {
    const id = c.req.param('id')
    const retried = await askLedger(c.env, (ledger) => ledger.retryDelivery(id, 'api', PATIENCE_MS), {
      once: true,
    })
    if (typeof retried === 'string') return refuse(c, NOT_RETRIED[retried])
    c.var.line.external_id = id
    c.var.line.state = retried.state
    return c.json(retried, 202)
  })

const NOT_RETRIED: Record<NotRetried, Refusal> = {
  'not-found': { code: 'not-found', detail: 'There is no delivery with this ID.' },
  'not-retryable': {
    code: 'not-retryable',
    detail: `Only deliveries that are ${RETRYABLE.join(', ')} can be retried.`,
  },
  erased: {
    code: 'order-erased',
    detail: 'Its content was erased, so there is nothing to send.',
  },
}
