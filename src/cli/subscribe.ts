import { bridgeUrl } from './call.ts'
import { type Command, Misuse, operand, type Surroundings, textFlag } from './command.ts'
import { probe } from './signing.ts'
import { subscribeToShopline } from './subscribe-shopline.ts'
import {
  createSubscription,
  hookUrl,
  listSubscriptions,
  ofBridge,
  type Subscription,
  TOPICS,
} from './subscriptions.ts'

export const subscribe: Command = {
  summary: 'creates the missing webhook subscriptions and gives the Worker their secrets',
  usage: `<url> [--store custom|shopline]

Subscribes the bridge to ${TOPICS.join(', ')}, each with its ?topic=, unless it is already, and stores
the secrets of its subscriptions as SIGN_CUSTOMISER_WEBHOOK_SECRET through wrangler, unless the Worker has them.
Run twice, it changes nothing the second time. Needs SIGN_CUSTOMISER_API_TOKEN; SIGN_CUSTOMISER_API_URL where the API is
elsewhere.

--store shopline subscribes it to SHOPLINE's order events instead: those of SHOPLINE_ORDER_TOPICS, and cancellations. It says
whose the token is, gives the Worker SHOPLINE_HOOK_KEY where events are not signed, and fills in SHOPLINE_MERCHANT_ID in
wrangler.toml. Needs SHOPLINE_ACCESS_TOKEN and SHOPLINE_MERCHANT_HANDLE. It follows SHOPLINE's pages and was never tried on a real
store.`,
  flags: { store: { type: 'string' } },

  async run(request, surroundings) {
    const bridge = bridgeUrl(operand(request, 0, 'The address of the bridge'))
    const store = textFlag(request, 'store') ?? 'custom'
    if (store === 'shopline') return subscribeToShopline(bridge, surroundings)
    if (store !== 'custom') throw new Misuse('--store must be one of custom, shopline.')
    const existing = ofBridge(await listSubscriptions(surroundings), bridge)
    const created: Subscription[] = []
    for (const topic of TOPICS)
      if (!existing.some((subscription) => subscription.topic === topic))
        created.push(await createSubscription(surroundings, topic, hookUrl(bridge, topic)))

    const all = [...existing, ...created]
    const isStored = created.length === 0 && (await knowsAll(bridge, all, surroundings))
    if (!isStored) {
      const secrets = [...new Set(all.map(({ secret }) => secret))].join(' ')
      await surroundings.putSecret('SIGN_CUSTOMISER_WEBHOOK_SECRET', secrets)
    }
    return {
      isGood: true,
      text: [
        ...existing.map(({ topic, url }) => `subscribed already  ${topic}  ${url}`),
        ...created.map(({ topic, url }) => `subscribed now      ${topic}  ${url}`),
        isStored
          ? 'The Worker has their secrets already.'
          : `The Worker was given ${all.length} secrets as SIGN_CUSTOMISER_WEBHOOK_SECRET.`,
      ].join('\n'),
      json: { existing: existing.map(told), created: created.map(told), secrets_stored: !isStored },
    }
  },
}

/** Everything but the secret. */
const told = ({ webhook_id, topic, url, status }: Subscription) => ({ webhook_id, topic, url, status })

async function knowsAll(
  bridge: string,
  subscriptions: readonly Subscription[],
  surroundings: Surroundings,
): Promise<boolean> {
  for (const { secret } of subscriptions) {
    const { isKnown } = await probe(`${bridge}/sign-customiser/webhooks`, secret, surroundings.now())
    if (!isKnown) return false
  }
  return true
}
