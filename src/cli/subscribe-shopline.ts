import { randomBytes } from 'node:crypto'
import { shoplineId } from '../readers.ts'
import { type Report, type Surroundings, secretsOf, Trouble } from './command.ts'
import { readChecks } from './readiness.ts'
import {
  createShoplineSubscription,
  hookAddress,
  howToGrant,
  listShoplineSubscriptions,
  missingScopes,
  readToken,
  type ShoplineSubscription,
  shakeHands,
  shown,
  signedAddress,
  type Token,
  wantedTopics,
} from './shopline.ts'

/** A secret that was put takes some seconds to reach every place that the Worker runs in. */
const LOOKS = 15
const LOOK_AGAIN_MS = 2_000

/**
 * Subscribes a bridge to SHOPLINE's order events, as far as it is not subscribed to them, and sees to it that the Worker answers
 * SHOPLINE's question whether the address is the merchant's.
 *
 * With an app's token the events are signed; with the store's own they are not, and come to an address with a key in it.
 */
export async function subscribeToShopline(bridge: string, surroundings: Surroundings): Promise<Report> {
  const token = await readToken(surroundings)
  const whose = `${token.isOfApp ? 'a Developer Center app’s' : 'the store’s own'}, of the merchant ${token.merchantId} (${token.handle})`
  const json = { token: token.isOfApp ? 'app' : 'store', merchant_id: token.merchantId }

  const lacking = await missingScopes(surroundings)
  if (lacking.length > 0)
    return {
      isGood: false,
      text: `The token is ${whose}. It lacks permissions: ${howToGrant(lacking)}`,
      json: { ...json, missing_scopes: lacking },
    }

  const existing = await listShoplineSubscriptions(surroundings)
  const address = token.isOfApp ? signedAddress(bridge) : await hookOf(bridge, existing, surroundings)
  const filled = await introduce(bridge, address, token, surroundings)
  if (filled.length > 0)
    return {
      isGood: false,
      text: [
        `The token is ${whose}.`,
        ...filled.map((name) => `${name} was filled in in wrangler.toml.`),
        'Deploy it with npm run deploy, and run this again.',
      ].join('\n'),
      json: { ...json, filled_in: filled },
    }

  const ours = existing.filter((one) => one.address === address && one.status === 'active')
  const known = new Set(ours.flatMap(({ topics }) => topics))
  const missing = wantedTopics(surroundings).filter((topic) => !known.has(topic))
  const created =
    missing.length === 0 ? [] : [await createShoplineSubscription(surroundings, address, missing)]
  const stale = existing.filter((one) => isHookOf(bridge, one) && one.address !== address)
  return {
    isGood: true,
    text: [
      `The token is ${whose}: its events are ${token.isOfApp ? 'signed' : 'not signed, and only say which order to fetch'}.`,
      ...ours.map((one) => `subscribed already  ${one.topics.join(' ')}  ${shown(one.address)}`),
      ...created.map((one) => `subscribed now      ${one.topics.join(' ')}  ${shown(one.address)}`),
      ...stale.map(
        ({ id }) => `Subscription ${id} posts to an address with another key: delete it in SHOPLINE.`,
      ),
    ].join('\n'),
    json: { ...json, existing: ours.map(told), created: created.map(told), stale: stale.map(({ id }) => id) },
  }
}

/** Everything but the address, which may hold the key. */
const told = ({ id, topics, status }: ShoplineSubscription) => ({ id, topics, status })

const isHookOf = (bridge: string, { address }: ShoplineSubscription) =>
  address.startsWith(hookAddress(bridge, ''))

/**
 * The address for unsigned events. Its key is the one that is set, or that a subscription has already, else it is made up. Keys of
 * subscriptions that post now stay in force.
 */
async function hookOf(
  bridge: string,
  existing: readonly ShoplineSubscription[],
  surroundings: Surroundings,
): Promise<string> {
  const beginning = hookAddress(bridge, '')
  const subscribed = existing
    .filter((one) => isHookOf(bridge, one))
    .map(({ address }) => address.slice(beginning.length))
  const set = secretsOf(surroundings, 'SHOPLINE_HOOK_KEY')
  const key = set.at(-1) ?? subscribed.at(-1) ?? randomBytes(32).toString('hex')
  const address = hookAddress(bridge, key)
  if (await isOpen(address)) return address
  const live = new Set([...subscribed, ...set, key])
  await surroundings.putSecret('SHOPLINE_HOOK_KEY', [...live].join(' '))
  for (let look = 0; look < LOOKS; look++) {
    if (await isOpen(address)) return address
    await surroundings.wait(LOOK_AGAIN_MS)
  }
  throw new Trouble(
    `The Worker was given SHOPLINE_HOOK_KEY, and ${bridge} does not know it: is this the Worker of wrangler.toml?`,
  )
}

/** Whether the Worker knows the key in an address. It may still lack the ID that the answer needs. */
async function isOpen(address: string): Promise<boolean> {
  const { answer } = await shakeHands(address)
  return answer.status !== 404 && !answer.text.includes('SHOPLINE_HOOK_KEY')
}

/** Has the Worker know who it belongs to; returns the vars that were filled in for it and have to be deployed first. */
async function introduce(
  bridge: string,
  address: string,
  { isOfApp, merchantId }: Token,
  surroundings: Surroundings,
): Promise<string[]> {
  const appId = shoplineId(surroundings.settings.SHOPLINE_APP_ID ?? '')
  if (!appId.ok) throw new Trouble(`SHOPLINE_APP_ID ${appId.error}.`)
  if (isOfApp && appId.value === null)
    throw new Trouble(
      'The token is a Developer Center app’s, so SHOPLINE asks for the app’s ID: put it into wrangler.toml as SHOPLINE_APP_ID, deploy, and run this again.',
    )
  const { id, answer } = await shakeHands(address)
  const expected = isOfApp ? appId.value : merchantId
  const needed: [name: string, value: string][] = []
  if (id !== expected && answer.status !== 200 && answer.status !== 503)
    throw new Trouble(`${shown(address)} answered ${answer.status} to SHOPLINE’s question whose it is.`)
  if (id !== expected && isOfApp) needed.push(['SHOPLINE_APP_ID', expected ?? ''])
  if (
    id !== expected &&
    !isOfApp &&
    answer.status === 200 &&
    (await isSetThere(bridge, 'SHOPLINE_APP_ID', surroundings))
  )
    throw new Trouble(
      'The Worker answers with SHOPLINE_APP_ID, and the token is the store’s own, for which SHOPLINE asks for the merchant’s: empty SHOPLINE_APP_ID, deploy, and run this again.',
    )
  if (!(await isSetThere(bridge, 'SHOPLINE_MERCHANT_ID', surroundings)) || (!isOfApp && id !== expected))
    needed.push(['SHOPLINE_MERCHANT_ID', merchantId])
  for (const [name, value] of needed) await surroundings.fillVar(name, value)
  return needed.map(([name]) => name)
}

async function isSetThere(bridge: string, name: string, surroundings: Surroundings): Promise<boolean> {
  const { checks, isWhole } = await readChecks(bridge, surroundings)
  if (!isWhole)
    throw new Trouble(
      'What the Worker has set it tells to its own STORE_API_TOKEN alone: put that into .dev.vars.',
    )
  return checks[name]?.status === 'ok'
}
