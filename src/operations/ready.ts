import { isReadable } from '../catalogue/catalogue.ts'
import type { Check, Checks } from '../check.ts'
import { Routes } from '../http/app.ts'
import { refusalOfStranger } from '../http/auth.ts'
import { askLedger } from '../ledger/ask.ts'
import { logFault } from '../log.ts'
import { isSet, readSettings, SETTING_NAMES, type SettingName, sharingWith } from '../settings.ts'
import { within } from '../within.ts'

/** Says that the Worker runs, whatever ails it, and what its clock shows: signatures live by it. */
export const health = new Routes().get('/', (c) =>
  c.json({ ok: true }, 200, { date: new Date().toUTCString() }),
)

/**
 * Says whether the bridge can do its work, and what it lacks; it writes nothing. What it has, check by check, is the store's to
 * know: which doors there are, and which are shut, helps others only to look for a way in.
 */
export const ready = new Routes().get('/', async (c) => {
  // Where the setting is no token, there is none to ask for.
  const presentsToken =
    c.req.header('authorization') !== undefined && readSettings(c.env, ['STORE_API_TOKEN']).ok
  const refusal = presentsToken ? await refusalOfStranger(c) : null
  if (refusal) return refusal
  const { ready, checks } = await readinessOf(c.env, Date.now())
  const told = presentsToken
    ? checks
    : Object.fromEntries(Object.entries(checks).filter(([, { status }]) => status === 'failed'))
  return c.json({ ready, checks: told }, ready ? 200 : 503, {
    'cache-control': 'no-store',
    ...(!ready && { 'retry-after': '60' }),
  })
})

export interface Readiness {
  ready: boolean
  checks: Checks
}

/** Nobody who asks whether we are ready waits longer for one check, in milliseconds. */
const PATIENCE_MS = 3_000
/** Three runs of the cron trigger. */
const OLDEST_SWEEP_MS = 15 * 60_000

/** Every deployment needs these. */
const ALWAYS: readonly SettingName[] = [
  'SIGN_CUSTOMISER_INTEGRATION_SECRET',
  'SIGN_CUSTOMISER_API_TOKEN',
  'SIGN_CUSTOMISER_INTEGRATION_ID',
  'STORE_API_TOKEN',
]

const OF_SHOPLINE: readonly SettingName[] = ['SHOPLINE_ACCESS_TOKEN', 'SHOPLINE_MERCHANT_HANDLE']
/** SHOPLINE's events are signed with the one, or else come to an address that ends in the other. */
const OF_SHOPLINE_EVENTS: readonly SettingName[] = ['SHOPLINE_APP_SECRET', 'SHOPLINE_HOOK_KEY']

/** The settings that this deployment needs: who uses a part of SHOPLINE or of forwarding needs the rest of it. */
function demanded(env: Env): Set<SettingName> {
  const store = readSettings(env, ['STORE'])
  const hasEvents = OF_SHOPLINE_EVENTS.some((name) => isSet(env, name))
  const usesShopline =
    hasEvents ||
    (store.ok && store.value.STORE === 'shopline') ||
    OF_SHOPLINE.some((name) => isSet(env, name))
  return new Set<SettingName>([
    ...ALWAYS,
    ...(usesShopline ? OF_SHOPLINE : []),
    ...(usesShopline && !hasEvents ? (['SHOPLINE_APP_SECRET'] as const) : []),
    ...(isSet(env, 'EVENTS_URL') ? (['EVENTS_SECRET'] as const) : []),
  ])
}

/** Settings by name, then KV, ledger and the sweep's last run. */
export async function readinessOf(env: Env, now: number): Promise<Readiness> {
  const [catalogue, ledger] = await Promise.all([
    probe('KV', isReadable(env.CATALOGUE)),
    probe(
      'The ledger',
      askLedger(env, (ledger) => ledger.health()),
    ),
  ])
  const checks: Checks = {
    ...settingChecks(env),
    catalogue: catalogue.check,
    ledger: ledger.check,
    sweep:
      ledger.value === undefined
        ? { status: 'off', detail: 'The ledger knows.' }
        : sweepCheck(ledger.value.swept, now),
    room:
      ledger.value === undefined
        ? { status: 'off', detail: 'The ledger knows.' }
        : roomCheck(ledger.value.fullness),
  }
  return { ready: Object.values(checks).every(({ status }) => status !== 'failed'), checks }
}

function settingChecks(env: Env): Checks {
  const needed = demanded(env)
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, settingCheck(env, name, needed.has(name))]))
}

function settingCheck(env: Env, name: SettingName, isDemanded: boolean): Check {
  if (!isDemanded && !isSet(env, name)) return { status: 'off' }
  const read = readSettings(env, [name])
  if (!read.ok) return { status: 'failed', detail: read.error.map(({ detail }) => detail).join() }
  const others = sharingWith(env, name)
  return others.length === 0
    ? { status: 'ok' }
    : { status: 'failed', detail: `holds a secret that ${others.join(', ')} holds too: each needs its own` }
}

/** A deployment whose first five minutes are not over has not swept yet; `wrangler dev` never does. */
function sweepCheck(sweptAt: number | null, now: number): Check {
  if (sweptAt === null) return { status: 'off', detail: 'has not run yet' }
  const minutes = Math.floor((now - sweptAt) / 60_000)
  return now - sweptAt <= OLDEST_SWEEP_MS
    ? { status: 'ok' }
    : { status: 'failed', detail: `last ran ${minutes} minutes ago: see the cron trigger` }
}

/** Told from 80 % on; nothing is refused for it. */
function roomCheck(fullness: number): Check {
  if (fullness < 0.8) return { status: 'ok' }
  return { status: 'ok', detail: `the ledger is ${Math.floor(fullness * 100)} % full: lower RETENTION_DAYS` }
}

async function probe<T>(what: string, work: Promise<T>): Promise<{ check: Check; value?: T }> {
  try {
    const value = await within(PATIENCE_MS, work)
    if (value === 'late') return { check: { status: 'failed', detail: `${what} did not answer in 3 s.` } }
    return { check: { status: 'ok' }, value }
  } catch (fault) {
    logFault(fault, { code: 'not-ready' })
    return { check: { status: 'failed', detail: `${what} can not be read.` } }
  }
}
