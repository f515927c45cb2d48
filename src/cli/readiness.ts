import { call } from './call.ts'
import { type Surroundings, secretsOf, Trouble } from './command.ts'

/** What a bridge says of its settings and services, by their names. */
export type Checks = Readonly<Record<string, { status: string; detail?: string }>>

/**
 * Asks a bridge whether it is ready. Of all settings and services it tells only who presents `STORE_API_TOKEN`; without the token,
 * or with another than the Worker's, there is only what failed, and `isWhole` is false. Throws `Trouble` where no bridge answers.
 */
export async function readChecks(
  bridge: string,
  surroundings: Surroundings,
): Promise<{ checks: Checks; isWhole: boolean }> {
  const token = secretsOf(surroundings, 'STORE_API_TOKEN').at(-1)
  const ready = `${bridge}/ready`
  const whole =
    token === undefined ? null : await call(ready, { headers: { authorization: `Bearer ${token}` } })
  const isRefused = whole === null || whole.status === 401 || whole.status === 429
  const { json, status } = isRefused ? await call(ready) : whole
  const { checks } = (json ?? {}) as { checks?: Checks }
  if (checks === undefined) throw new Trouble(`/ready answered ${status}: is it a bridge of this version?`)
  return { checks, isWhole: !isRefused }
}
