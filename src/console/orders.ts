import { html } from 'hono/html'
import type { ListQuery } from '../http/list-query.ts'
import type { Markup } from '../http/page.ts'
import { isBulkRetryable, STATES, type State } from '../ledger/delivery.ts'
import type { Page } from '../ledger/page.ts'
import type { OrderView } from '../ledger/views.ts'
import { badge, doubt, duration, moment, until } from './format.ts'
import { orderPath, pager } from './layout.ts'

interface OrdersView {
  orders: Page<OrderView>
  query: ListQuery
  state: State | null
  /** How many of `state` there are. */
  count: number | null
  /** What the page was asked for, for the links to the next. */
  asked: Record<string, string>
  notice: Markup
  /** Until when nothing is sent, in milliseconds since 1970; null while the gate is open. */
  closedUntil: number | null
  now: number
}

/** The list of orders. Neither customers nor the other side's words appear in it. */
export function ordersView({
  orders,
  query,
  state,
  count,
  asked,
  notice,
  closedUntil,
  now,
}: OrdersView): Markup {
  const retryAll =
    state !== null && isBulkRetryable(state) && count !== null && count > 0
      ? html`<form method="post" action="/console/orders/retry?state=${state}">
          <button class="button">Retry all ${count} ${state}</button></form>`
      : ''
  return html`${notice}
    <div class="head"><h1>Orders</h1>${retryAll}</div>
    <form class="filter" method="get" action="/console/orders" role="search">
      <label>Number, order ID or product ID begins with
        <input type="search" name="q" value="${query.q ?? ''}" maxlength="255" autocomplete="off"></label>
      <label>State
        <select name="state">${['', ...STATES].map(
          (option) =>
            html`<option value="${option}" ${option === (state ?? '') ? html`selected` : ''}>${option || 'all'}</option>`,
        )}</select></label>
      <label class="tick"><input type="checkbox" name="may_have_arrived" value="true" ${asked.may_have_arrived === 'true' ? html`checked` : ''}>
        May have arrived, or be there twice</label>
      <button class="button quiet">Show</button>
    </form>
    ${orders.items.length === 0 ? html`<p class="card empty">No orders here.</p>` : table(orders.items, closedUntil, now)}
    ${pager('/console/orders', asked, orders.next)}`
}

const table = (orders: readonly OrderView[], closedUntil: number | null, now: number) =>
  html`<table class="card list orders">
    <thead><tr><th scope="col">Order</th><th scope="col">State</th><th scope="col">Received (UTC)</th>
      <th scope="col">Attempts</th><th scope="col">Next</th></tr></thead>
    <tbody>${orders.map((order) => row(order, nextStep(order, closedUntil, now)))}</tbody>
  </table>`

const row = (order: OrderView, next: string) =>
  html`<tr>
    <th scope="row" data-label="Order"><a href="${orderPath(order.external_id)}">${order.external_order_number}</a>
      <span class="id">${order.external_id}</span></th>
    <td data-label="State">${badge(order.state)}${order.may_have_arrived ? html`<span class="id">${doubt(order.state)}</span>` : ''}</td>
    <td data-label="Received (UTC)">${moment(order.received_at)}</td>
    <td data-label="Attempts" class="number">${order.attempts}</td>
    <td data-label="Next">${next}</td>
  </tr>`

function nextStep(order: OrderView, closedUntil: number | null, now: number): string {
  if (order.relayed_at !== null)
    return `Relayed after ${duration(Math.max(Date.parse(order.relayed_at) - Date.parse(order.received_at), 0))}`
  if (order.next_attempt_at !== null) {
    const next = Math.max(Date.parse(order.next_attempt_at), closedUntil ?? 0)
    return `Next try ${until(next, now)}`
  }
  return order.state === 'sending' ? 'Being sent' : 'Waits for you'
}
