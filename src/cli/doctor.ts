import { bridgeUrl, call } from './call.ts'
import { type Command, operand, type Surroundings, secretsOf, Trouble } from './command.ts'
import { readChecks } from './readiness.ts'
import {
  hookAddress,
  howToGrant,
  listShoplineSubscriptions,
  missingScopes,
  readToken,
  shakeHands,
  shown,
  signedAddress,
  wantedTopics,
} from './shopline.ts'
import { probe } from './signing.ts'
import { listSubscriptions, ofBridge, TOPICS } from './subscriptions.ts'

/** A clock that is wrong by more is on its way to the signatures' five minutes. */
const MOST_SKEW_SECONDS = 30
/** An order that waits longer than this waits for something that an operator should know of. */
const LONG_WAIT_SECONDS = 600

export const doctor: Command = {
  summary: 'checks everything that can be wrong, and says what to do',
  usage: `<url>

Reachability, TLS, readiness, settings, clocks, a signed probe that stores nothing, the API token by a call that creates
nothing, subscriptions, SHOPLINE's question and subscriptions where it is used, the gate, waiting orders. What it has no secret for is left out and said so.
Exit code 0 means that nothing is wrong.`,
  flags: {},

  async run(request, surroundings) {
    const bridge = bridgeUrl(operand(request, 0, 'The address of the bridge'))
    const findings = await examine(bridge, surroundings)
    return {
      isGood: findings.every(({ status }) => status !== 'bad'),
      text: findings.map(lineOf).join('\n'),
      json: { findings },
    }
  },
}

/** One thing that doctor looked at. `unknown` could not be told from here. */
interface Finding {
  check: string
  status: 'ok' | 'bad' | 'unknown'
  detail: string
  todo?: string
}

const lineOf = ({ check, status, detail, todo }: Finding) =>
  `${{ ok: '✓', bad: '✗', unknown: '?' }[status]} ${check}: ${detail}${todo === undefined ? '' : `\n    → ${todo}`}`

async function examine(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const reached = await checkReach(bridge, surroundings)
  if (reached.some(({ check, status }) => check === 'reachable' && status === 'bad')) return reached
  return [
    ...reached,
    ...(await tried('readiness', () => checkReadiness(bridge, surroundings))),
    ...(await tried('signed probe', () => checkSecrets(bridge, surroundings))),
    ...(await tried('API token', () => checkApi(bridge, surroundings))),
    ...(await tried('SHOPLINE', () => checkShopline(bridge, surroundings))),
    ...(await tried('orders', () => checkBacklog(bridge, surroundings))),
  ]
}

/** One check that could not be carried out keeps no other from it. */
async function tried(check: string, work: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Trouble) return [bad(check, error.message, 'Put it right and run doctor again.')]
    throw error
  }
}

/** Whether the bridge answers, over TLS, and both clocks agree. */
async function checkReach(bridge: string, { now }: Surroundings): Promise<Finding[]> {
  const url = new URL(bridge)
  const tls =
    url.protocol === 'https:'
      ? fine('TLS', 'the certificate is valid')
      : fine('TLS', 'not needed on this machine')
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

async function checkReadiness(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const { checks, isWhole } = await readChecks(bridge, surroundings)
  const failed = Object.entries(checks).filter(([, check]) => check.status === 'failed')
  const off = Object.entries(checks).filter(([, check]) => check.status === 'off')
  if (failed.length === 0)
    return [
      fine(
        'readiness',
        off.length === 0
          ? `all checks passed${isWhole ? '' : '; which they are is told to STORE_API_TOKEN alone'}`
          : `passed; off: ${off.map(([name]) => name).join(', ')}`,
      ),
    ]
  return failed.map(([name, { detail = 'failed' }]) => bad(name, detail, todoOf(name)))
}

function todoOf(check: string): string {
  if (check === 'sweep') return 'See Triggers in the dashboard: the cron of wrangler.toml must be there.'
  if (check === 'ledger' || check === 'catalogue') return 'See the log and Cloudflare’s status page.'
  return `Set it: npx wrangler secret put ${check}, or in wrangler.toml when it is a var.`
}

async function checkSecrets(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const routes = [
    { setting: 'SIGN_CUSTOMISER_INTEGRATION_SECRET', path: '/sign-customiser/products' },
    { setting: 'SIGN_CUSTOMISER_WEBHOOK_SECRET', path: '/sign-customiser/webhooks' },
  ]
  const findings = routes.map(async ({ setting, path }) => {
    const secret = secretsOf(surroundings, setting).at(-1)
    if (secret === undefined)
      return unknown(setting, 'not known here, so not probed', `Put ${setting} into .dev.vars.`)
    const { isKnown, answer } = await probe(`${bridge}${path}`, secret, surroundings.now())
    return isKnown
      ? fine(setting, 'a signed probe was accepted')
      : bad(
          setting,
          `a signed probe got ${answer.status}`,
          `The Worker has another one: npx wrangler secret put ${setting}.`,
        )
  })
  return Promise.all(findings)
}

async function checkApi(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const token = 'SIGN_CUSTOMISER_API_TOKEN'
  if (secretsOf(surroundings, token).length === 0)
    return [unknown('API token', 'not known here, so not tried', `Put ${token} into .dev.vars.`)]
  const ours = ofBridge(await listSubscriptions(surroundings), bridge)
  const missing = TOPICS.filter(
    (topic) => !ours.some((one) => one.topic === topic && one.status === 'active'),
  )
  return [
    fine('API token', 'Sign Customiser takes it'),
    missing.length === 0
      ? fine('subscriptions', `${TOPICS.join(', ')} are active`)
      : bad(
          'subscriptions',
          `${missing.join(', ')} missing or not active`,
          `Run npm run bridge -- subscribe ${bridge}.`,
        ),
  ]
}

/** Where SHOPLINE is used: what SHOPLINE's question is answered with, and whether the order events are subscribed to. */
async function checkShopline(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const { checks, isWhole } = await readChecks(bridge, surroundings)
  // What the Worker does not tell is taken to be as it is here.
  const isSet = (name: string) =>
    isWhole ? checks[name]?.status === 'ok' : secretsOf(surroundings, name).length > 0
  const findings: Finding[] = []
  if (isSet('SHOPLINE_APP_SECRET'))
    findings.push(await checkHandshake(bridge, signedAddress(bridge), surroundings))
  const key = secretsOf(surroundings, 'SHOPLINE_HOOK_KEY').at(-1)
  if (isSet('SHOPLINE_HOOK_KEY'))
    findings.push(
      key === undefined
        ? unknown(
            'SHOPLINE_HOOK_KEY',
            'not known here, so not probed',
            'Put SHOPLINE_HOOK_KEY into .dev.vars.',
          )
        : await checkHandshake(bridge, hookAddress(bridge, key), surroundings),
    )
  if (findings.length === 0) return []
  if (secretsOf(surroundings, 'SHOPLINE_ACCESS_TOKEN').length === 0)
    return [
      ...findings,
      unknown(
        'SHOPLINE’s token',
        'not known here, so not tried',
        'Put SHOPLINE_ACCESS_TOKEN and SHOPLINE_MERCHANT_HANDLE into .dev.vars.',
      ),
    ]
  return [...findings, ...(await checkShoplineToken(bridge, surroundings))]
}

/** Plays SHOPLINE, which asks an address whether it is the merchant's before it subscribes it. */
async function checkHandshake(bridge: string, address: string, { settings }: Surroundings): Promise<Finding> {
  const check = `SHOPLINE’s question at ${shown(address).slice(bridge.length)}`
  const { id, answer } = await shakeHands(address)
  if (answer.status === 404)
    return bad(
      check,
      'the key is not the Worker’s',
      'Put the same key here and there: npx wrangler secret put SHOPLINE_HOOK_KEY.',
    )
  if (id === null)
    return bad(
      check,
      `answered ${answer.status} without an ID`,
      `Set SHOPLINE_MERCHANT_ID; npm run bridge -- subscribe ${bridge} --store shopline fills it in.`,
    )
  const known = [settings.SHOPLINE_APP_ID, settings.SHOPLINE_MERCHANT_ID].find(
    (value) => (value ?? '').trim() !== '',
  )
  return known === undefined || known.toLowerCase() === id
    ? fine(check, `answered with ${id}`)
    : bad(check, `answered with ${id} instead of ${known}`, 'Deploy what wrangler.toml says, or correct it.')
}

async function checkShoplineToken(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const token = await readToken(surroundings)
  const taken = fine('SHOPLINE’s token', `SHOPLINE takes it, of the merchant ${token.merchantId}`)
  const lacking = await missingScopes(surroundings)
  if (lacking.length > 0)
    return [taken, bad('SHOPLINE’s permissions', `${lacking.join(', ')} missing`, howToGrant(lacking))]
  const ours = (await listShoplineSubscriptions(surroundings)).filter(
    ({ address, status }) => address.startsWith(`${bridge}/shopline/`) && status === 'active',
  )
  const wanted = wantedTopics(surroundings)
  const missing = wanted.filter((topic) => !ours.some(({ topics }) => topics.includes(topic)))
  return [
    taken,
    missing.length === 0
      ? fine('SHOPLINE’s subscriptions', `${wanted.join(', ')} are active`)
      : unknown(
          'SHOPLINE’s subscriptions',
          `${missing.join(', ')} not subscribed to by the API`,
          `Run npm run bridge -- subscribe ${bridge} --store shopline, unless the webhook page of your app in the Developer Center names the bridge.`,
        ),
  ]
}

/** The gate and what waits behind it, as the metrics tell. */
async function checkBacklog(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
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

const fine = (check: string, detail: string): Finding => ({ check, status: 'ok', detail })
const bad = (check: string, detail: string, todo: string): Finding => ({
  check,
  status: 'bad',
  detail,
  todo,
})
const unknown = (check: string, detail: string, todo: string): Finding => ({
  check,
  status: 'unknown',
  detail,
  todo,
})
