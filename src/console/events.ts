import { html } from 'hono/html'
import { isObject, type Json } from '../http/json.ts'
import type { Markup } from '../http/page.ts'
import type { EventView } from '../ledger/events.ts'
import type { Page } from '../ledger/page.ts'
import { moment } from './format.ts'
import { pager } from './layout.ts'

/** What of an event's content is shown: fields that can not hold whose it is. */
const SHOWN = new Set([
  'title',
  'label',
  'topic',
  'status',
  'type',
  'product_id',
  'external_id',
  'order_id',
  'order_number',
  'external_order_number',
  'submission_number',
  'order_total',
  'app_total',
  'price',
  'compare_price',
  'currency',
  'quantity',
  'customiser_id',
  'form_id',
  'created_at',
])
const MOST_SHOWN = 12

/** The events that arrived, signed. Names and addresses in them are not shown. */
export function eventsView(
  events: Page<EventView>,
  topics: readonly string[],
  topic: string,
  asked: Record<string, string>,
): Markup {
  return html`<div class="head"><h1>Events</h1></div>
    <form class="filter" method="get" action="/console/events" role="search">
      <label>Topic
        <select name="topic">${['', ...topics].map(
          (option) =>
            html`<option value="${option}" ${option === topic ? html`selected` : ''}>${option || 'all'}</option>`,
        )}</select></label>
      <button class="button quiet">Show</button>
    </form>
    ${events.items.length === 0 ? html`<p class="card empty">No events here.</p>` : table(events.items)}
    ${pager('/console/events', asked, events.next)}`
}

const table = (events: readonly EventView[]) =>
  html`<table class="card list events">
    <thead><tr><th scope="col">Topic</th><th scope="col">Received (UTC)</th><th scope="col">About</th><th scope="col">Content</th></tr></thead>
    <tbody>${events.map(row)}</tbody>
  </table>`

const row = ({ topic, source, received_at, content_id, repeats, payload }: EventView) =>
  html`<tr>
    <th scope="row" data-label="Topic"><span class="topic">${topic}</span><span class="id">${source}</span></th>
    <td data-label="Received (UTC)">${moment(received_at)}${repeats === 0 ? '' : html`<span class="id">and ${repeats} more of the same</span>`}</td>
    <td data-label="About"><code>${content_id ?? '–'}</code></td>
    <td data-label="Content">${payload === null ? html`<span class="muted">not kept</span>` : contentOf(JSON.parse(payload))}</td>
  </tr>`

const contentOf = (payload: Json) =>
  html`<dl class="content">${shown(payload)
    .slice(0, MOST_SHOWN)
    .map(([name, value]) => html`<div><dt>${name}</dt> <dd>${value}</dd></div>`)}</dl>`

/** The fields of an object that are shown, those within it included. */
function shown(value: Json): [string, string][] {
  if (Array.isArray(value)) return value.flatMap(shown)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]): [string, string][] => {
    if (typeof member === 'object' && member !== null) return PEOPLE.test(name) ? [] : shown(member)
    return SHOWN.has(name) && member !== null ? [[name, `${member}`.slice(0, 200)]] : []
  })
}

/** Members that are about a person: nothing within them is shown. */
const PEOPLE = /customer|address|responses|user|owner|recipient|contact|delivery|payment/i
