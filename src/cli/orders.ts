import { type Answer, bridgeUrl, call, told } from './call.ts'
import {
  type Command,
  Misuse,
  operand,
  type Report,
  type Request,
  type Surroundings,
  secretOf,
  textFlag,
} from './command.ts'

interface OrderRow {
  external_id: string
  external_order_number: string
  state: string
  attempts: number
  received_at: string
  next_attempt_at: string | null
  last_error: string | null
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
  return { isGood, text: isGood ? text(answer.json) : told(answer), json: answer.json ?? answer.text }
}

const line = ({
  external_id,
  external_order_number,
  state,
  attempts,
  received_at,
  next_attempt_at,
  last_error,
}: OrderRow) =>
  [
    external_id.padEnd(20),
    external_order_number.padEnd(16),
    state.padEnd(12),
    `${attempts} attempts`.padEnd(12),
    received_at,
    ...(next_attempt_at === null ? [] : [`next ${next_attempt_at}`]),
    ...(last_error === null ? [] : [last_error.replaceAll(/\s+/g, ' ').slice(0, 80)]),
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
    return reportOf(answer, (json) => `${answer.status} ${line(json as OrderRow)}`)
  },
}

export const orders: Command = {
  summary: 'lists orders, newest first',
  usage: `<url> [--state queued|sending|unconfirmed|relayed|rejected|failed] [--q beginning] [--limit n] [--cursor c]

--q is the beginning of an order ID, order number or product ID. ${bearer}`,
  flags: {
    state: { type: 'string' },
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
    const answer = await ask(request, surroundings, `/orders?${query}`)
    return reportOf(answer, (json) => {
      const page = json as { orders: OrderRow[]; next_cursor: string | null }
      const more = page.next_cursor === null ? [] : [`more with --cursor ${page.next_cursor}`]
      return page.orders.length === 0 ? 'No orders.' : [...page.orders.map(line), ...more].join('\n')
    })
  },
}

export const retry: Command = {
  summary: 'tries one order again, or all that failed',
  usage: `<url> <external_id>|--all-failed\n\nAn order must be failed, rejected or unconfirmed. ${bearer}`,
  flags: { 'all-failed': { type: 'boolean' } },
  async run(request, surroundings) {
    if (request.flags['all-failed'] === true) {
      if (request.operands.length > 1) throw new Misuse('Give an order ID or --all-failed, not both.')
      const answer = await ask(request, surroundings, '/orders/retry?state=failed', { method: 'POST' })
      return reportOf(
        answer,
        (json) => `${(json as { retried: number }).retried} orders are in the queue again.`,
      )
    }
    const id = encodeURIComponent(operand(request, 1, 'The order’s external_id, or --all-failed,'))
    const answer = await ask(request, surroundings, `/orders/${id}/retry`, { method: 'POST' })
    return reportOf(answer, (json) => line(json as OrderRow))
  },
}
