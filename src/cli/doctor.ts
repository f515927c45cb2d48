import { bridgeUrl, call } from './call.ts'
import { type Command, operand, type Surroundings, Trouble } from './command.ts'
import { checkBacklog } from './doctor-backlog.ts'
import { checkReach } from './doctor-reach.ts'
import { bad, type Finding, fine, unknown } from './finding.ts'
import { probe } from './probe.ts'
import { secretsOf } from './secrets.ts'
import { listSubscriptions, ofBridge, TOPICS } from './subscriptions.ts'

export const doctor: Command = {
  summary: 'checks everything that can be wrong, and says what to do',
  usage: `<url>

Reachability, TLS, readiness, settings, clocks, a signed probe that stores nothing, the API token by a call that creates
nothing, subscriptions, the gate, waiting orders. What it has no secret for is left out and said so.
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

const lineOf = ({ check, status, detail, todo }: Finding) =>
  `${{ ok: '✓', bad: '✗', unknown: '?' }[status]} ${check}: ${detail}${todo === undefined ? '' : `\n    → ${todo}`}`

async function examine(bridge: string, surroundings: Surroundings): Promise<Finding[]> {
  const reached = await checkReach(bridge, surroundings)
  if (reached.some(({ check, status }) => check === 'reachable' && status === 'bad')) return reached
  return [
    ...reached,
    ...(await tried('readiness', () => checkReadiness(bridge))),
    ...(await tried('signed probe', () => checkSecrets(bridge, surroundings))),
    ...(await tried('API token', () => checkApi(bridge, surroundings))),
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

async function checkReadiness(bridge: string): Promise<Finding[]> {
  const { json, status } = await call(`${bridge}/ready`)
  const { checks } = (json ?? {}) as { checks?: Record<string, { status: string; detail?: string }> }
  if (checks === undefined)
    return [bad('readiness', `/ready answered ${status}`, 'Is it a bridge of this version?')]
  const failed = Object.entries(checks).filter(([, check]) => check.status === 'failed')
  const off = Object.entries(checks).filter(([, check]) => check.status === 'off')
  if (failed.length === 0)
    return [
      fine(
        'readiness',
        off.length === 0 ? 'all checks passed' : `passed; off: ${off.map(([name]) => name).join(', ')}`,
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
