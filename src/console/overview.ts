import { html } from 'hono/html'
import type { Checks } from '../check.ts'
import type { Markup } from '../http/page.ts'
import type { Counters } from '../ledger/counters.ts'
import type { State } from '../ledger/delivery.ts'
import type { Gate } from '../ledger/gate.ts'
import { chart } from './chart.ts'
import { duration, until } from './format.ts'

/** Whether it is well, first in one sentence, then in numbers. `now` in milliseconds. */
export function overview(counters: Counters, gate: Gate, checks: Checks, now: number): Markup {
  const { orders, oldest_waiting, attempts, refusals } = counters
  const waited = oldest_waiting === null ? '–' : duration(Math.max(now - oldest_waiting, 0))
  const outcomes = attempts.filter(({ destination }) => destination === 'orders')
  return html`<h1>Overview</h1>
    ${verdict(worries(counters, gate, checks, now))}
    <ul class="tiles">
      ${tile('Queued', orders.queued + orders.sending, 'queued', 'wait')}
      ${tile('Unconfirmed', orders.unconfirmed, 'unconfirmed', 'warn')}
      ${tile('Longest wait', waited, null, '')}
      ${tile('Relayed', orders.relayed, 'relayed', '')}
      ${tile('Rejected', orders.rejected, 'rejected', 'bad')}
      ${tile('Failed', orders.failed, 'failed', 'bad')}
    </ul>
    <section class="card pad"><h2>Orders per hour</h2>${chart(counters.hours)}</section>
    <div class="columns">
      <section class="card pad"><h2>Gate to Sign Customiser</h2>${gateView(gate, now)}</section>
      <section class="card pad"><h2>Attempts by outcome</h2>
        ${counts(
          outcomes.map(({ outcome, n }) => [html`${outcome}`, n]),
          'None yet.',
        )}</section>
      <section class="card pad"><h2>Refusals by code</h2>
        ${counts(
          refusals.map(({ code, n }) => [html`<a href="/problems/${code}">${code}</a>`, n]),
          'Nothing was refused.',
        )}</section>
    </div>
    <section class="card pad"><h2>Settings and services</h2>
      <ul class="settings">${Object.entries(checks).map(
        ([name, { status, detail }]) =>
          html`<li><span class="key ${status}"></span><code>${name}</code> <span class="muted">${detail ?? (status === 'off' ? 'not set' : '')}</span></li>`,
      )}</ul></section>`
}

function verdict(list: readonly Worry[]): Markup {
  const [tone, title] = list.some(({ act }) => act)
    ? ['bad', 'Something needs you']
    : list.length > 0
      ? ['warn', 'Held up for now']
      : ['good', 'All is well']
  return html`<section class="verdict ${tone}">
    <h2>${title}</h2>
    ${
      list.length === 0
        ? html`<p>Orders are handed over as they come.</p>`
        : html`<ul>${list.map(({ words }) => html`<li>${words}</li>`)}</ul>`
    }
  </section>`
}

/** `tone` colours a number that should be 0; `state` is the list that it leads to. */
const tile = (name: string, value: number | string, state: State | null, tone: string) =>
  html`<li class="card tile ${value === 0 ? '' : tone}">
    <span class="value">${typeof value === 'number' ? value.toLocaleString('en') : value}</span>
    ${state === null ? html`<span>${name}</span>` : html`<a href="/console/orders?state=${state}">${name}</a>`}</li>`

const counts = (rows: readonly (readonly [Markup, number])[], none: string): Markup =>
  rows.length === 0
    ? html`<p class="muted">${none}</p>`
    : html`<dl class="counts">${rows.map(([name, n]) => html`<div><dt>${name}</dt><dd>${n.toLocaleString('en')}</dd></div>`)}</dl>`

function gateView({ closed_until, streak }: Gate, now: number): Markup {
  if (closed_until !== null)
    return html`<p><span class="badge failed">closed</span> ${probe(closed_until, now)}</p>`
  return html`<p><span class="badge relayed">open</span> ${streak === 0 ? 'The last answer was a definite one.' : `${streak === 1 ? 'The last attempt' : `The last ${streak} attempts`} failed in passing.`}</p>`
}

/** An order that waits longer, in milliseconds, is worth a look: a passing failure is mostly over by then. */
const LONG_WAIT = 15 * 60_000

/** No gate waits longer for a probe, in milliseconds. */
const LONGEST_WAIT = 2 * 24 * 3_600_000

const CLOSED_BECAUSE: Record<NonNullable<Gate['reason']>, string> = {
  'asked-to-wait': 'Sign Customiser asked to wait',
  'token-refused': 'Sign Customiser refused SIGN_CUSTOMISER_API_TOKEN',
  failures: 'Sign Customiser does not answer as it should',
  gone: 'Sign Customiser says that this address is gone',
}

/** Something that is not as it should be. `act`: it stays so until somebody does something. */
interface Worry {
  act: boolean
  words: string
}

/** What an operator should know or do, each in a sentence; none when all is well. */
function worries(
  { orders, oldest_waiting }: Pick<Counters, 'orders' | 'oldest_waiting'>,
  gate: Gate,
  checks: Checks,
  now: number,
): Worry[] {
  const list: Worry[] = []
  const failed = Object.keys(checks).filter((name) => checks[name]?.status === 'failed')
  if (failed.length > 0) list.push({ act: true, words: `Not ready: ${failed.join(', ')}.` })
  if (orders.failed > 0)
    list.push({ act: true, words: `${many(orders.failed)} given up. Retry when the cause is gone.` })
  if (orders.rejected > 0)
    list.push({
      act: true,
      words: `${many(orders.rejected)} refused by Sign Customiser. Look at what it said.`,
    })
  if (gate.closed_until !== null && gate.reason !== null) {
    const act = gate.reason === 'token-refused' || gate.reason === 'gone'
    list.push({ act, words: `${CLOSED_BECAUSE[gate.reason]}. ${probe(gate.closed_until, now)}` })
  }
  if (oldest_waiting !== null && now - oldest_waiting > LONG_WAIT)
    list.push({
      act: false,
      words: `The oldest waiting order has waited for ${duration(now - oldest_waiting)}.`,
    })
  return list
}

/** When the next probe goes out through a closed gate; a gate to what is gone has none. */
const probe = (closedUntil: number, now: number) =>
  closedUntil - now > LONGEST_WAIT
    ? 'Nothing is sent until somebody retries.'
    : `Only a probe is sent, the next one ${until(closedUntil, now)}.`

const many = (n: number) => (n === 1 ? '1 order was' : `${n.toLocaleString('en')} orders were`)
