import { call } from './call.ts'
import type { Surroundings } from './command.ts'
import { bad, type Finding, fine, unknown } from './finding.ts'
import { secretsOf } from './secrets.ts'

/** An order that waits longer than this waits for something that an operator should know of, in seconds. */
const LONG_WAIT_SECONDS = 600

/** The gate and what waits behind it, as the metrics tell. */
export async function checkBacklog(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const token = secretsOf(surroundings, 'STORE_API_TOKEN').at(-1)
  if (token === undefined)
    return [unknown('orders', 'STORE_API_TOKEN is not known here', 'Put STORE_API_TOKEN into .dev.vars.')]
  const { status, text } = await call(`${bridge}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  if (status === 401)
    return [
      bad(
        'STORE_API_TOKEN',
        'the Worker has another one',
        'Set the same token here, there and in the store’s backend.',
      ),
    ]
  if (status !== 200) return [bad('orders', `/metrics answered ${status}`, 'See the log.')]

  const value = (sample: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${sample} `))
        ?.slice(sample.length + 1) ?? 0,
    )
  const inState = (state: string) => value(`bridge_orders{state="${state}"}`)
  const closed = [...text.matchAll(/^bridge_gate_closed\{destination="([\w-]+)"\} 1$/gm)].map(
    ([, name = '']) => name,
  )
  const waiting = inState('queued') + inState('sending') + inState('unconfirmed')
  const age = value('bridge_oldest_waiting_seconds')
  const stuck = inState('failed') + inState('rejected')
  return [
    fine('STORE_API_TOKEN', 'the Worker takes it'),
    closed.length === 0
      ? fine('gate', 'open')
      : bad(
          'gate',
          `closed for ${closed.join(', ')}`,
          'The other side is failing or refuses the token: see the last errors of orders.',
        ),
    age <= LONG_WAIT_SECONDS
      ? fine('waiting orders', `${waiting}`)
      : bad(
          'waiting orders',
          `${waiting}, the oldest for ${Math.round(age / 60)} minutes`,
          `npm run bridge -- orders ${bridge} --state queued`,
        ),
    stuck === 0
      ? fine('orders for an operator', 'none')
      : bad(
          'orders for an operator',
          `${inState('failed')} failed, ${inState('rejected')} rejected`,
          `npm run bridge -- orders ${bridge} --state failed, or rejected; then retry.`,
        ),
  ]
}
