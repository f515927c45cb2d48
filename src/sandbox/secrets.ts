import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseEnv } from 'node:util'

/** The secrets of a local bridge. None of them is known anywhere else. */
const NAMES = [
  'SIGN_CUSTOMISER_INTEGRATION_SECRET',
  'SIGN_CUSTOMISER_WEBHOOK_SECRET',
  'SIGN_CUSTOMISER_API_TOKEN',
  'STORE_API_TOKEN',
  'SHOPLINE_APP_SECRET',
  'SHOPLINE_ACCESS_TOKEN',
  'CONSOLE_PASSWORD',
] as const

export type Secrets = Record<(typeof NAMES)[number], string>

/** Reads the secrets from an env file that only its owner may read; those that it lacks are made up and added. */
export async function localSecrets(file: string): Promise<Secrets> {
  await mkdir(dirname(file), { recursive: true })
  await appendFile(file, '', { mode: 0o600 })
  const known = parseEnv(await readFile(file, 'utf8'))
  const made = NAMES.filter((name) => !known[name]).map((name) => [name, randomBytes(16).toString('hex')])
  await appendFile(file, made.map(([name, value]) => `${name}=${value}\n`).join(''))
  return { ...known, ...Object.fromEntries(made) } as Secrets
}
