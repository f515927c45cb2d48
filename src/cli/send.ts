import { bridgeUrl, call, told } from './call.ts'
import { type Command, Misuse, operand, secretOf, textFlag } from './command.ts'
import { DESIGN, FORM_SUBMITTED, ORDER_CREATED, SHOPLINE_ORDER } from './openapi/examples.ts'
import { signedByShopline, signedBySignCustomiser } from './signing.ts'

const WEBHOOKS = {
  path: '/sign-customiser/webhooks',
  secret: 'SIGN_CUSTOMISER_WEBHOOK_SECRET',
  sign: signedBySignCustomiser,
}

const EVENTS = {
  product: {
    path: '/sign-customiser/products',
    secret: 'SIGN_CUSTOMISER_INTEGRATION_SECRET',
    sign: signedBySignCustomiser,
    example: DESIGN,
  },
  'order-created': { ...WEBHOOKS, example: ORDER_CREATED },
  'form-submitted': { ...WEBHOOKS, example: FORM_SUBMITTED },
  'shopline-order': {
    path: '/shopline/webhooks',
    secret: 'SHOPLINE_APP_SECRET',
    sign: signedByShopline,
    example: SHOPLINE_ORDER,
  },
} as const

export const send: Command = {
  summary: 'sends a signed request, or a spoiled one, and shows the answer',
  usage: `<url> [--event product|order-created|form-submitted|shopline-order] [--payload file|-] [--age seconds] [--bad-signature]

Without --payload it sends the documented example of the event. The secret is the event's own:
SIGN_CUSTOMISER_INTEGRATION_SECRET, SIGN_CUSTOMISER_WEBHOOK_SECRET or SHOPLINE_APP_SECRET.
--age 400 signs it as if 400 seconds ago, --age -400 ahead of time; --bad-signature spoils the signature.`,
  flags: {
    event: { type: 'string' },
    payload: { type: 'string' },
    age: { type: 'string' },
    'bad-signature': { type: 'boolean' },
  },

  async run(request, surroundings) {
    const base = bridgeUrl(operand(request, 0, 'The address of the bridge'))
    const name = textFlag(request, 'event') ?? 'product'
    const event = Object.entries(EVENTS).find(([key]) => key === name)?.[1]
    if (!event) throw new Misuse(`--event must be one of ${Object.keys(EVENTS).join(', ')}.`)
    const age = Number(textFlag(request, 'age') ?? '0')
    if (!Number.isInteger(age)) throw new Misuse('--age must be a whole number of seconds.')

    const file = textFlag(request, 'payload')
    const body =
      file === undefined
        ? new Uint8Array(new TextEncoder().encode(JSON.stringify(event.example)))
        : await surroundings.read(file)
    const timestamp = `${Math.floor(surroundings.now() / 1000) - age}`
    const secret = request.flags['bad-signature']
      ? `not ${secretOf(surroundings, event.secret)}`
      : secretOf(surroundings, event.secret)
    const { headers, query } = await event.sign(secret, timestamp, body)

    const isRoute = new URL(base).pathname !== '/'
    const url = new URL(isRoute ? base : `${base}${event.path}`)
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value)
    const answer = await call(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    return {
      isGood: answer.status === 200,
      text: told(answer),
      json: { status: answer.status, body: answer.exact ?? answer.text },
    }
  },
}
