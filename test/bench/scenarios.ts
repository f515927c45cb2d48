import type { Kind } from './requests.ts'

/** Who is measured: the bridge, what it is compared with, and two bridges whose ledgers hold many orders and few. */
export type Contender = 'bridge' | 'limit' | 'guide' | 'durable' | 'full' | 'fresh'

export const TITLES: Record<Contender, string> = {
  bridge: 'the bridge',
  limit: 'the limit',
  guide: 'guide in Express',
  durable: 'durable Express',
  full: '100,000 orders',
  fresh: '200 orders',
}

/** A bound on the figure of a scenario's first contender over another's; `rate`, in requests per second, from below and the others from above. */
export interface Target {
  measure: 'cpu' | 'rate' | 'p99'
  over: Contender
  bound: number
}

export interface Scenario {
  title: string
  kind: Kind
  kilobytes: number
  connections: number
  /** The first is what is judged, the others what it is held against. */
  contenders: readonly [Contender, ...Contender[]]
  targets: readonly Target[]
}

const target = (measure: Target['measure'], over: Target['over'], bound: number): Target => ({
  measure,
  over,
  bound,
})

const products = [1, 16, 256].map((kilobytes): Scenario => {
  const large = kilobytes === 256
  return {
    title: `product callback, ${kilobytes} KB`,
    kind: 'product',
    kilobytes,
    connections: 16,
    contenders: ['bridge', 'limit', 'guide', 'durable'],
    targets: [
      target('cpu', 'limit', large ? 1.1 : 1.15),
      target('rate', 'limit', 0.85),
      target('p99', 'limit', 1.5),
      ...(large ? [target('cpu', 'guide', 1), target('cpu', 'durable', 1)] : []),
    ],
  }
})

const refusals = [1, 16, 256].map((kilobytes): Scenario => {
  const large = kilobytes === 256
  return {
    title: `refused signature, ${kilobytes} KB`,
    kind: 'forged',
    kilobytes,
    connections: 16,
    contenders: ['bridge', 'limit', 'guide'],
    targets: [target('cpu', 'limit', large ? 1.2 : 1.5), ...(large ? [target('cpu', 'guide', 1)] : [])],
  }
})

/** As many connections as the ledger sends at once: further orders would be queued, which is not what is measured here. */
const orders = [1, 10].map(
  (kilobytes): Scenario => ({
    title: `order, accepted and relayed, ${kilobytes} KB`,
    kind: 'order',
    kilobytes,
    connections: 6,
    contenders: ['bridge', 'limit', 'durable'],
    targets: [
      target('cpu', 'limit', 1.3),
      target('rate', 'limit', 0.8),
      target('p99', 'limit', 1.5),
      target('cpu', 'durable', 1),
    ],
  }),
)

/** Nothing on a request's path may grow with the number of orders. */
const sizes = (['order', 'read order', 'list orders', 'read metrics'] as const).map(
  (kind): Scenario => ({
    title: `large ledger: ${kind}`,
    kind,
    kilobytes: 1,
    connections: 6,
    contenders: ['full', 'fresh'],
    targets: [target('cpu', 'fresh', 1.15)],
  }),
)

export const SCENARIOS: readonly Scenario[] = [...products, ...refusals, ...orders, ...sizes]
