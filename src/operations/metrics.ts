import { Routes } from '../http/app.ts'
import { authorised } from '../http/auth.ts'
import { askLedger } from '../ledger/ask.ts'
import type { Counters } from '../ledger/counters.ts'
import { TIME_BOUNDS } from '../ledger/schema.ts'
import { flushRefusals } from './refusals.ts'

/** What is counted, for Prometheus. It is read, never computed from the orders. */
export const metrics = new Routes().get('/', authorised, async (c) => {
  await flushRefusals(c.env)
  const counters = await askLedger(c.env, (ledger) => ledger.counters())
  return c.body(prometheusText(familiesOf(counters, Date.now())), 200, {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
  })
})

function familiesOf(counters: Counters, now: number): Family[] {
  const { orders, oldest_waiting, attempts, times, refusals, gates, events, deliveries, warnings } = counters
  return [
    {
      name: 'bridge_orders',
      type: 'gauge',
      help: 'Orders by present state.',
      samples: Object.entries(orders).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: 'bridge_oldest_waiting_seconds',
      type: 'gauge',
      help: 'Age of the oldest order that is queued, sending or unconfirmed; 0 when none is.',
      samples: [{ value: oldest_waiting === null ? 0 : Math.max(0, now - oldest_waiting) / 1000 }],
    },
    {
      name: 'bridge_orders_in_doubt',
      type: 'gauge',
      help: 'Orders that may have arrived although their answer was lost, or that may be there twice.',
      samples: [{ value: counters.in_doubt }],
    },
    {
      name: 'bridge_orders_sent_again_total',
      type: 'counter',
      help: 'Sends of orders that might have arrived before.',
      samples: [{ value: counters.sent_again }],
    },
    {
      name: 'bridge_order_warnings_total',
      type: 'counter',
      help: 'What looked wrong about orders that were taken, by code.',
      samples: warnings.map(({ code, n }) => ({ labels: { code }, value: n })),
    },
    {
      name: 'bridge_deliveries',
      type: 'gauge',
      help: 'What is not relayed, by destination and state.',
      samples: deliveries.map(({ destination, state, n }) => ({ labels: { destination, state }, value: n })),
    },
    {
      name: 'bridge_ledger_bytes',
      type: 'gauge',
      help: 'What the ledger takes of its 10 GB.',
      samples: [{ value: counters.bytes }],
    },
    {
      name: 'bridge_erasure_overdue_seconds',
      type: 'gauge',
      help: 'How long the oldest content that RETENTION_DAYS condemns has been due; 0 when none is.',
      samples: [
        { value: counters.erasure_due === null ? 0 : Math.max(0, now - counters.erasure_due) / 1000 },
      ],
    },
    {
      name: 'bridge_attempts_total',
      type: 'counter',
      help: 'Attempts to send, by destination and outcome.',
      samples: attempts.map(({ destination, outcome, n }) => ({
        labels: { destination, outcome },
        value: n,
      })),
    },
    {
      name: 'bridge_delivery_seconds',
      type: 'histogram',
      help: 'Time from the receipt of an order until it was relayed.',
      samples: [
        ...TIME_BOUNDS.map((bound, i) => ({
          suffix: '_bucket' as const,
          labels: { le: `${bound / 1000}` },
          value: times.within[i] ?? 0,
        })),
        { suffix: '_bucket', labels: { le: '+Inf' }, value: times.count },
        { suffix: '_sum', value: times.milliseconds / 1000 },
        { suffix: '_count', value: times.count },
      ],
    },
    {
      name: 'bridge_refusals_total',
      type: 'counter',
      help: 'Requests refused, by code; counts are up to ten seconds late.',
      samples: refusals.map(({ code, n }) => ({ labels: { code }, value: n })),
    },
    {
      name: 'bridge_gate_closed',
      type: 'gauge',
      help: '1 while nothing is sent to the destination but probes.',
      samples: gates.map(({ destination, is_closed }) => ({
        labels: { destination },
        value: is_closed ? 1 : 0,
      })),
    },
    {
      name: 'bridge_events_total',
      type: 'counter',
      help: 'Events received, by topic; repeats are left out.',
      samples: events.map(({ topic, n }) => ({ labels: { topic }, value: n })),
    },
    {
      name: 'bridge_events_unreadable_total',
      type: 'counter',
      help: 'Order events of SHOPLINE in which no order was found, by topic.',
      samples: counters.unreadable.map(({ topic, n }) => ({ labels: { topic }, value: n })),
    },
  ]
}

/** A metric in Prometheus' text format, version 0.0.4. */
export interface Family {
  name: string
  type: 'gauge' | 'counter' | 'histogram'
  help: string
  samples: readonly Sample[]
}

interface Sample {
  /** The parts of a histogram have names of their own. */
  suffix?: '_bucket' | '_sum' | '_count'
  labels?: Readonly<Record<string, string>>
  value: number
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function prometheusText(families: readonly Family[]): string {
  return families.map(familyText).join('')
}

const familyText = ({ name, type, help, samples }: Family) =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${value}`),
  ]
    .map((line) => `${line}\n`)
    .join('')

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** An event's topic is the sender's text. */
const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
