import type { Schema } from './demanded.ts'
import { operation, type Parameter } from './operations.ts'

const order: Parameter = { name: 'external_id', in: 'path', required: true, schema: { type: 'string' } }
const query = (name: string): Parameter => ({ name, in: 'query', schema: { type: 'string' } as Schema })

const page = 'text/html'
/** The console tells people what is wrong, so its refusals are pages too. */
const REFUSALS = {
  401: ['Who are you?', page],
  500: ['The bridge failed.', page],
  503: ['It lacks something.', page],
} as const
const MISTAKES = {
  404: ['There is no such order.', page],
  422: ['The address holds something wrong.', page],
} as const

const shown = (summary: string, parameters: readonly Parameter[] = []) => ({
  get: operation({
    tag: 'console',
    summary,
    security: 'console',
    parameters,
    answers: { ...REFUSALS, ...MISTAKES, 200: ['A page.', page] },
    problems: ['flood'],
  }),
})

const pressed = (summary: string, parameters: readonly Parameter[]) => ({
  post: operation({
    tag: 'console',
    summary,
    security: 'console',
    parameters,
    answers: {
      ...REFUSALS,
      ...MISTAKES,
      303: ['Done: back to the page.'],
      403: ['The button was pressed on another site.', page],
    },
    problems: ['flood'],
  }),
})

/** The operator's pages; programs use the routes for the store's backend. */
export const CONSOLE = {
  '/console': shown('Is it well?'),
  '/console/orders': shown('Orders', ['state', 'q', 'limit', 'cursor'].map(query)),
  '/console/orders/retry': pressed('Retry all orders of a state', [query('state')]),
  '/console/orders/{external_id}': shown('One order', [order]),
  '/console/orders/{external_id}/retry': pressed('Retry one order', [order]),
  '/console/products': shown('Designs', ['q', 'limit', 'cursor'].map(query)),
  '/console/events': shown('Events', ['topic', 'limit', 'cursor'].map(query)),
}
