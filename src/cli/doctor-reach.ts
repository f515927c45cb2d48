import { isLoopback } from '../address-readers.ts'
import { call } from './call.ts'
import { type Surroundings, Trouble } from './command.ts'
import { bad, type Finding, fine, unknown } from './finding.ts'

/** A clock that is wrong by more is on its way to the signatures' five minutes. */
const MOST_SKEW_SECONDS = 30

/** Checks that the bridge answers, over TLS, and that both clocks agree. */
export async function checkReach(bridge: string, { now }: Surroundings): Promise<Finding[]> {
  const url = new URL(bridge)
  const tls =
    url.protocol === 'https:'
      ? fine('TLS', 'the certificate is valid')
      : isLoopback(url)
        ? fine('TLS', 'not needed on this machine')
        : bad('TLS', 'the address is plain http', 'Use https: secrets and orders pass here.')
  const asked = now()
  try {
    const { status, headers } = await call(`${bridge}/health`)
    if (status !== 200)
      return [
        bad(
          'reachable',
          `/health answered ${status}`,
          'See that the address is the bridge’s own, without a path.',
        ),
      ]
    return [fine('reachable', '/health answered'), tls, skewOf(headers.get('date'), (asked + now()) / 2)]
  } catch (error) {
    if (error instanceof Trouble)
      return [
        bad(
          'reachable',
          error.message,
          'Compare the address with what wrangler deploy printed; check DNS and certificate.',
        ),
      ]
    throw error
  }
}

function skewOf(date: string | null, now: number): Finding {
  const there = Date.parse(date ?? '')
  if (Number.isNaN(there)) return unknown('clocks', 'the answer had no Date', 'Compare the clocks by hand.')
  const seconds = Math.round((now - there) / 1000)
  return Math.abs(seconds) <= MOST_SKEW_SECONDS
    ? fine('clocks', `this machine and the bridge differ by ${Math.abs(seconds)} s`)
    : bad(
        'clocks',
        `this machine is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`,
        'Set its clock.',
      )
}
