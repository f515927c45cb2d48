import { readFileSync } from 'node:fs'

/** What every server is set up with; secrets and tokens of no worth. */
export const SECRETS = {
  SIGN_CUSTOMISER_INTEGRATION_SECRET: 'integration-secret-of-the-benchmark',
  SIGN_CUSTOMISER_API_TOKEN: 'api-token-of-the-benchmark',
  STORE_API_TOKEN: 'store-token-of-the-benchmark',
  SIGN_CUSTOMISER_INTEGRATION_ID: '42',
} as const

/** The settings as deployed, the required ones filled in, and Sign Customiser on loopback. */
export function settings(vars: Record<string, unknown>, upstream: string): Record<string, string> {
  const texts = Object.entries(vars).map(([name, value]) => [name, String(value)] as const)
  return { ...Object.fromEntries(texts), ...required(), ...SECRETS, SIGN_CUSTOMISER_API_URL: upstream }
}

/** A value for each secret that `.dev.vars.example` does not leave optional. */
function required(): Record<string, string> {
  const example = readFileSync(new URL('../../.dev.vars.example', import.meta.url), 'utf8')
  const names = [...example.matchAll(/^(\w+)=/gm)].map(([, name = '']) => name)
  return Object.fromEntries(names.map((name) => [name, 'secret-of-the-benchmark']))
}
