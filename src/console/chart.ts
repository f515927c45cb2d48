import { html } from 'hono/html'
import type { Markup } from '../http/page.ts'
import type { Hour } from '../ledger/counters.ts'
import { STATES, type State } from '../ledger/delivery.ts'
import { hourOf } from './format.ts'

const HEIGHT = 120
const STEP = 20
const WIDTH = 14

/** Bars from the ground up: what is done lies below what needs looking after. */
const STACK: readonly State[] = ['relayed', 'sending', 'queued', 'unconfirmed', 'rejected', 'failed']

/** Orders per hour as bars by their present state, and the same as a table. */
export function chart(hours: readonly Hour[]): Markup {
  const totals = hours.map(totalOf)
  const highest = Math.max(...totals, 1)
  const total = totals.reduce((sum, n) => sum + n, 0)
  const summary = `${total} ${total === 1 ? 'order' : 'orders'} in ${hours.length} hours, at most ${Math.max(...totals)} in one.`
  const busy = hours.filter((hour) => totalOf(hour) > 0)
  return html`<p class="muted">${summary}</p>
    <svg class="chart" viewBox="0 0 ${hours.length * STEP} ${HEIGHT + 2}" preserveAspectRatio="none" role="img"
      aria-label="${summary}">
      ${hours.map((hour, i) => bar(hour, i, highest))}
      <rect class="ground" x="0" y="${HEIGHT}" width="${hours.length * STEP}" height="1"></rect>
    </svg>
    <p class="axis muted"><span>${clock(hours[0])}</span><span>${clock(hours[hours.length / 2])}</span><span>now (UTC)</span></p>
    <ul class="legend">${STATES.map((state) => html`<li><span class="key ${state}"></span>${state}</li>`)}</ul>
    ${busy.length === 0 ? '' : html`<details><summary>The same in numbers</summary>${numbers(busy)}</details>`}`
}

function bar(hour: Hour, i: number, highest: number): Markup {
  let top = HEIGHT
  const parts = STACK.filter((state) => hour[state] > 0).map((state) => {
    const height = (hour[state] / highest) * HEIGHT
    top -= height
    return html`<rect class="${state}" x="${i * STEP + (STEP - WIDTH) / 2}" y="${top.toFixed(2)}" width="${WIDTH}"
      height="${height.toFixed(2)}"></rect>`
  })
  return html`<g><title>${clock(hour)}: ${totalOf(hour)}</title>${parts}</g>`
}

const numbers = (hours: readonly Hour[]) =>
  html`<table class="list"><thead><tr><th scope="col">Hour (UTC)</th>${STATES.map((state) => html`<th scope="col">${state}</th>`)}</tr></thead>
    <tbody>${hours
      .toReversed()
      .map(
        (hour) =>
          html`<tr><th scope="row" data-label="Hour (UTC)">${clock(hour)}</th>${STATES.map(
            (state) => html`<td data-label="${state}" class="number">${hour[state]}</td>`,
          )}</tr>`,
      )}</tbody></table>`

const totalOf = (hour: Hour) => STATES.reduce((sum, state) => sum + hour[state], 0)

const clock = (hour: Hour | undefined) => (hour ? hourOf(hour.at) : '')
