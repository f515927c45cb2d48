import { html } from 'hono/html'
import type { Design } from '../catalogue/design.ts'
import { isObject, type Json, type JsonObject } from '../http/json.ts'
import type { Markup } from '../http/page.ts'
import { isRetryable } from '../ledger/delivery.ts'
import type { Warning } from '../ledger/new-order.ts'
import type { HistoryEntry, OrderFile } from '../ledger/views.ts'
import { badge, doubt, duration, moment, money, until } from './format.ts'
import { orderPath, picture } from './layout.ts'

interface OrderPage {
  file: OrderFile
  /** Settings without which nothing is sent. */
  lacking: readonly string[]
  /** That of an order which names none. */
  currency: string
  notice: Markup
  /** In milliseconds since 1970. */
  now: number
}

/** One order: the only page that shows whose it is. */
export function orderView({ file, lacking, currency, notice, now }: OrderPage): Markup {
  const { order } = file
  const content = file.body === null ? null : (JSON.parse(file.body) as JsonObject)
  const retry = isRetryable(order.state)
    ? html`<form method="post" action="${orderPath(order.external_id)}/retry"><button class="button">Retry now</button></form>`
    : ''
  return html`${notice}
    <p class="crumb"><a href="/console/orders">Orders</a></p>
    <div class="head"><h1>Order ${order.external_order_number} ${badge(order.state)}</h1>${retry}</div>
    <p class="waiting ${order.state}">${waitingFor(file, lacking, now)}</p>
    <dl class="card facts">
      ${fact('Order ID', html`<code>${order.external_id}</code>`)}
      ${fact('Came by', html`${order.source}`)}
      ${fact('Received (UTC)', moment(order.received_at))}
      ${fact('Relayed (UTC)', moment(order.relayed_at))}
      ${fact("Sign Customiser's order", html`${order.sign_customiser_order_id ?? '–'}`)}
      ${fact('Confirmed (UTC)', moment(order.confirmed_at))}
      ${fact('Attempts', html`${order.attempts}${order.may_have_arrived ? `, ${doubt(order.state)}` : ''}`)}
    </dl>
    ${content === null ? html`<p class="card empty">The content was erased.</p>` : contentOf(content, file.designs, currency)}
    ${order.warnings.length === 0 ? '' : warningsView(order.warnings)}
    <section><h2>What happened</h2>
      <ol class="card history">${order.history.toReversed().map(entryView)}</ol></section>
    ${file.others.length === 0 ? '' : othersView(file.others)}`
}

const warningsView = (warnings: readonly Warning[]) =>
  html`<section><h2>What looks wrong</h2>
    <ul class="card pad">${warnings.map(({ pointer, detail }) => html`<li><code>${pointer}</code> ${detail}</li>`)}</ul></section>`

/** What the order's content was before it was corrected, or what the store changed it to: kept until it is erased. */
const othersView = (others: OrderFile['others']) =>
  html`<section><h2>Other contents</h2>${others.map(
    ({
      at,
      outcome,
      body,
    }) => html`<details class="card"><summary>${outcome === 'replaced' ? 'Replaced' : 'Changed in the store'},
      ${moment(at)} UTC</summary><pre tabindex="0">${JSON.stringify(JSON.parse(body), null, 2)}</pre></details>`,
  )}</section>`

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

/** What an order is waiting for, in words. */
function waitingFor({ order, gate, give_up_at }: OrderFile, lacking: readonly string[], now: number): string {
  const last = order.history.findLast(({ outcome }) => outcome !== 'retried' && outcome !== 'replaced')
  const answer = last?.status ? `${last.status}: ` : ''
  switch (order.state) {
    case 'relayed':
      return order.sign_customiser_order_id === null
        ? 'Sign Customiser has it.'
        : `Sign Customiser has it as order ${order.sign_customiser_order_id}.`
    case 'sending':
      return 'It is being sent right now.'
    case 'rejected':
      return `${answer}Sign Customiser refused it. Correct it and send it again from the store, or try it again as it is.`
    case 'cancelled':
      return order.may_have_arrived
        ? `${answer}It was withdrawn, but may have arrived: ask Sign Customiser to stop it.`
        : 'It was withdrawn. Nothing is sent unless you try it again.'
    case 'failed':
      return `${answer}It was given up after it could not be handed over in time. Nothing happens until you try it again.`
    case 'queued':
    case 'unconfirmed': {
      if (lacking.length > 0)
        return `The bridge lacks ${lacking.join(', ')}. Nothing is sent until that is set.`
      const next = Math.max(Date.parse(order.next_attempt_at ?? '') || now, gate.closed_until ?? 0)
      const time = until(next, now)
      const end = `It is tried for ${duration(Math.max(Date.parse(give_up_at) - now, 0))} more.`
      if (order.state === 'unconfirmed')
        return `${answer}The answer was lost, so it may have arrived. The bridge waits for Sign Customiser's order:created event and sends it again ${time} if none comes. ${end}`
      return `${reasonOf(answer, gate.reason, order.attempts)}, next try ${time}. ${end}`
    }
  }
}

function reasonOf(answer: string, gate: OrderFile['gate']['reason'], attempts: number): string {
  if (gate === 'token-refused') return '401: Sign Customiser refused SIGN_CUSTOMISER_API_TOKEN'
  if (gate === 'asked-to-wait' || answer === '429: ') return '429: Sign Customiser asked to wait'
  if (gate === 'failures') return `${answer}Sign Customiser does not answer as it should`
  return attempts === 0 ? 'It has not been sent yet' : `${answer}Sign Customiser could not take it`
}
