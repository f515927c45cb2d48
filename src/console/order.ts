import { html } from 'hono/html'
import type { Design } from '../catalogue/design.ts'
import { isObject, type Json, type JsonObject } from '../http/json.ts'
import type { Markup } from '../http/page.ts'
import type { HistoryEntry } from '../ledger/history.ts'
import type { OrderFile } from '../ledger/order-file.ts'
import { isRetryable } from '../ledger/retry.ts'
import { orderPath, picture } from './layout.ts'
import { money } from './money.ts'
import { badge } from './state.ts'
import { duration, moment } from './time.ts'

/** One order: the only page that shows whose it is. `waiting` says what it waits for. */
export function orderView(file: OrderFile, waiting: string, currency: string, notice: Markup): Markup {
  const { order } = file
  const content = file.body === null ? null : (JSON.parse(file.body) as JsonObject)
  const retry = isRetryable(order.state)
    ? html`<form method="post" action="${orderPath(order.external_id)}/retry"><button class="button">Retry now</button></form>`
    : ''
  return html`${notice}
    <p class="crumb"><a href="/console/orders">Orders</a></p>
    <div class="head"><h1>Order ${order.external_order_number} ${badge(order.state)}</h1>${retry}</div>
    <p class="waiting ${order.state}">${waiting}</p>
    <dl class="card facts">
      ${fact('Order ID', html`<code>${order.external_id}</code>`)}
      ${fact('Came by', html`${order.source}`)}
      ${fact('Received (UTC)', moment(order.received_at))}
      ${fact('Relayed (UTC)', moment(order.relayed_at))}
      ${fact("Sign Customiser's order", html`${order.sign_customiser_order_id ?? '–'}`)}
      ${fact('Attempts', html`${order.attempts}`)}
    </dl>
    ${content === null ? html`<p class="card empty">The content was erased after RETENTION_DAYS.</p>` : contentOf(content, file.designs, currency)}
    <section><h2>What happened</h2>
      <ol class="card history">${order.history.toReversed().map(entryView)}</ol></section>`
}

const fact = (name: string, value: Markup) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`

function contentOf(content: JsonObject, designs: readonly Design[], currency: string): Markup {
  const known = new Map(designs.map((design) => [design.external_id, design]))
  const lines = (Array.isArray(content.products) ? content.products : []).filter(isObject)
  const orderCurrency = typeof content.currency === 'string' ? content.currency : currency
  const people = Object.entries({
    Customer: content.customer,
    Billing: content.billing_address,
    Shipping: content.shipping_address,
  }).filter(([, value]) => isObject(value))
  return html`<section><h2>Signs</h2>
      <table class="card list"><thead><tr><th scope="col">Sign</th><th scope="col">Quantity</th><th scope="col">Price in the order</th>
        <th scope="col">Price as designed</th></tr></thead>
      <tbody>${lines.map((line) => lineView(line, known.get(`${line.external_id}`), orderCurrency))}</tbody></table></section>
    ${people.length === 0 ? '' : html`<section><h2>Whose it is</h2><div class="people">${people.map(([name, value]) => person(name, value))}</div></section>`}
    <details class="card"><summary>Content as it is sent</summary><pre tabindex="0">${JSON.stringify(content, null, 2)}</pre></details>`
}

const lineView = (line: JsonObject, design: Design | undefined, currency: string) =>
  html`<tr>
    <th scope="row" data-label="Sign"><span class="sign">${picture(design?.image ?? null, null)}
      <span>${design?.title ?? 'Untitled sign'}<span class="id">${text(line.external_id)}</span></span></span></th>
    <td data-label="Quantity" class="number">${text(line.quantity ?? 1)}</td>
    <td data-label="Price in the order" class="number">${money(numberOf(line.price), currency)}</td>
    <td data-label="Price as designed" class="number">${design ? money(design.price, design.currency) : '–'}</td>
  </tr>`

const person = (name: string, value: Json | undefined) =>
  html`<div class="card"><h3>${name}</h3><p>${Object.values(isObject(value) ? value : {})
    .filter((part) => part !== null && part !== '')
    .map((part) => html`${text(part)}<br>`)}</p></div>`

const entryView = ({ at, outcome, status, duration_ms, detail }: HistoryEntry) =>
  html`<li><p><span class="badge ${outcome}">${outcome}</span>
      ${status === null ? '' : html`<strong>${status}</strong>`}
      <span class="muted">${moment(at)}${duration_ms === null ? '' : `, took ${duration(duration_ms)}`}</span></p>
    ${detail ? html`<pre tabindex="0">${detail}</pre>` : ''}</li>`

const numberOf = (value: Json | undefined) => (typeof value === 'number' ? value : null)
const text = (value: Json | undefined) =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : JSON.stringify(value)
