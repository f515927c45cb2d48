import * as v from 'valibot'
import { type Answer, bridgeUrl, call, told } from './call.ts'
import {
  type Command,
  Misuse,
  operand,
  type Report,
  type Request,
  type Surroundings,
  secretOf,
  Trouble,
  textFlag,
} from './command.ts'

const rowSchema = v.object({
  external_id: v.string(),
  external_order_number: v.string(),
  state: v.string(),
  attempts: v.number(),
  received_at: v.string(),
  next_attempt_at: v.nullable(v.string()),
  last_error: v.nullable(v.string()),
  may_have_arrived: v.boolean(),
})
const pageSchema = v.object({ orders: v.array(rowSchema), next_cursor: v.nullable(v.string()) })

/** What is read of an answer. Throws `Trouble` where a bridge would have said something else. */
function read<T extends v.GenericSchema>(schema: T, json: unknown): v.InferOutput<T> {
  const parsed = v.safeParse(schema, json)
  if (parsed.success) return parsed.output
  throw new Trouble('The answer is none of a bridge of this version: see that the address is its own.')
}

function ask(
  request: Request,
  surroundings: Surroundings,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const base = bridgeUrl(operand(request, 0, 'The address of the bridge'))
  const headers = { authorization: `Bearer ${secretOf(surroundings, 'STORE_API_TOKEN')}`, ...init.headers }
  return call(`${base}${path}`, { ...init, headers })
}

const reportOf = (answer: Answer, text: (json: unknown) => string): Report => {
  const isGood = answer.status >= 200 && answer.status < 300
  return { isGood, text: isGood ? text(answer.json) : told(answer), json: answer.exact ?? answer.text }
}

const line = (json: unknown) => rowLine(read(rowSchema, json))

const rowLine = ({
  external_id,
  external_order_number,
  state,
  attempts,
  received_at,
  next_attempt_at,
  last_error,
  may_have_arrived,
}: v.InferOutput<typeof rowSchema>) =>
  [
    external_id.padEnd(20),
    external_order_number.padEnd(16),
    state.padEnd(12),
    `${attempts} attempts`.padEnd(12),
    received_at,
    ...(may_have_arrived ? [state === 'relayed' ? 'may be there twice' : 'may have arrived'] : []),
    ...(next_attempt_at === null ? [] : [`next ${next_attempt_at}`]),
    ...(last_error === null ? [] : [last_error.slice(0, 80)]),
  ].join('  ')

const bearer = 'The token is the last one in STORE_API_TOKEN.'

export const order: Command = {
  summary: 'hands in an order',
  usage: `<url> <file|->\n\nThe file holds the order as POST /orders takes it. ${bearer}`,
  flags: {},
  async run(request, surroundings) {
    const body = await surroundings.read(operand(request, 1, 'The file with the order'))
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(request, surroundings, '/orders', { method: 'POST', headers, body })
    return reportOf(answer, (json) => `${answer.status} ${line(json)}`)
  },
}

export const orders: Command = {
  summary: 'lists orders, newest first',
  usage: `<url> [--state queued|sending|unconfirmed|relayed|rejected|failed|cancelled] [--may-have-arrived] [--q beginning]
  [--limit n] [--cursor c]

--may-have-arrived: only those whose answer was lost, or that may be there twice. --q is the beginning of an order ID, order number or product ID. ${bearer}`,
  flags: {
    state: { type: 'string' },
    'may-have-arrived': { type: 'boolean' },
    q: { type: 'string' },
    limit: { type: 'string' },
    cursor: { type: 'string' },
  },
  async run(request, surroundings) {
    const query = new URLSearchParams()
    for (const name of ['state', 'q', 'limit', 'cursor']) {
      const value = textFlag(request, name)
      if (value !== undefined) query.set(name, value)
    }
    if (request.flags['may-have-arrived'] === true) query.set('may_have_arrived', 'true')
    const answer = await ask(request, surroundings, `/orders?${query}`)
    return reportOf(answer, (json) => {
      const page = read(pageSchema, json)
      const more = page.next_cursor === null ? [] : [`more with --cursor ${page.next_cursor}`]
      return page.orders.length === 0 ? 'No orders.' : [...page.orders.map(rowLine), ...more].join('\n')
    })
  },
}

export const retry: Command = {
  summary: 'tries one order again, or all that failed',
  usage: `<url> <external_id>|--all-failed\n\nAn order must be failed, rejected, unconfirmed or cancelled. One that may have arrived is sent again all the same: look at
Sign Customiser first. ${bearer}`,
  flags: { 'all-failed': { type: 'boolean' } },
  async run(request, surroundings) {
    if (request.flags['all-failed'] === true) {
      if (request.operands.length > 1) throw new Misuse('Give an order ID or --all-failed, not both.')
      const answer = await ask(request, surroundings, '/orders/retry?state=failed', { method: 'POST' })
      return reportOf(
        answer,
        (json) => `${read(v.object({ retried: v.number() }), json).retried} orders are in the queue again.`,
      )
    }
    const id = encodeURIComponent(operand(request, 1, 'The order’s external_id, or --all-failed,'))
    const answer = await ask(request, surroundings, `/orders/${id}/retry`, { method: 'POST' })
    return reportOf(answer, (json) => line(json))
  },
}

export const cancel: Command = {
  summary: 'withdraws an order: nothing more of it is sent',
  usage: `<url> <external_id>

Ends with 1 when Sign Customiser has the order already: ask them to stop it. ${bearer}`,
  flags: {},
  async run(request, surroundings) {
    const id = encodeURIComponent(operand(request, 1, 'The order’s external_id'))
    const answer = await ask(request, surroundings, `/orders/${id}/cancel`, { method: 'POST' })
    return reportOf(answer, (json) =>
      answer.status === 202 ? `An attempt is under way, and is the last.\n${line(json)}` : line(json),
    )
  },
}

export const settle: Command = {
  summary: 'says whether an order has arrived, once you have looked',
  usage: `<url> <external_id> --arrived [--id <Sign Customiser's order ID>] | --not-arrived

For orders that are unconfirmed, failed or rejected. --not-arrived: it is sent again. ${bearer}`,
  flags: { arrived: { type: 'boolean' }, 'not-arrived': { type: 'boolean' }, id: { type: 'string' } },
  async run(request, surroundings) {
    const { arrived, 'not-arrived': isMissing } = request.flags
    if ((arrived === true) === (isMissing === true))
      throw new Misuse('Say either --arrived or --not-arrived.')
    const id = textFlag(request, 'id')
    if (id !== undefined && arrived !== true) throw new Misuse('--id goes with --arrived.')
    const known =
      id === undefined ? {} : { sign_customiser_order_id: /^\d{1,15}$/.test(id) ? Number(id) : id }
    const order = encodeURIComponent(operand(request, 1, 'The order’s external_id'))
    const answer = await ask(request, surroundings, `/orders/${order}/settle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ arrived: arrived === true, ...known }),
    })
    return reportOf(answer, (json) => line(json))
  },
}
