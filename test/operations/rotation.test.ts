import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import {
  accepted,
  anOrder,
  changeSettings,
  fetchWith,
  freezeTime,
  MINUTE,
  NOW,
  outsideAnswers,
  passTime,
  postDesign,
  postOrder,
  readOrder,
  runAlarm,
  startAfresh,
  utf8,
} from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const TIMESTAMP = `${NOW / 1000}`
const OLD = 'a-secret-that-was-there-until-today'
const NEW = 'a-secret-that-will-be-from-tomorrow'

/** A request that is signed, or authorised, with one secret, to a bridge whose setting holds these. */
type Call = (live: string, used: string) => Promise<Response>

const signedCall =
  (setting: string, path: string): Call =>
  async (live, used) => {
    const body = utf8('{"product":{"product_id":1}}')
    const signature = await sign(used, prefixed(`${TIMESTAMP}.`, body))
    const headers = { 'x-webhook-timestamp': TIMESTAMP, 'x-webhook-signature': signature }
    return fetchWith({ [setting]: live }, path, { method: 'POST', body, headers })
  }

const shopline: Call = async (live, used) => {
  const body = utf8('{"resource":{},"topic":"a/b"}')
  const signature = await sign(used, prefixed(`${TIMESTAMP}:`, body))
  const headers = { 'x-shopline-developer-event-timestamp': TIMESTAMP }
  return fetchWith({ SHOPLINE_APP_SECRET: live }, `/shopline/webhooks?sign=${signature}`, {
    method: 'POST',
    body,
    headers,
  })
}

const hook: Call = (live, used) =>
  fetchWith({ SHOPLINE_HOOK_KEY: live }, `/shopline/hooks/${used}`, {
    method: 'POST',
    body: '{"topic":"a/b"}',
  })

const store: Call = (live, used) =>
  fetchWith({ STORE_API_TOKEN: live }, '/orders', { headers: { authorization: `Bearer ${used}` } })

/** README's steps under "Rotating secrets", each with who still has which secret meanwhile. */
describe.each<[string, Call, number?]>([
  [
    'SIGN_CUSTOMISER_INTEGRATION_SECRET',
    signedCall('SIGN_CUSTOMISER_INTEGRATION_SECRET', '/sign-customiser/products'),
  ],
  [
    'SIGN_CUSTOMISER_WEBHOOK_SECRET',
    signedCall('SIGN_CUSTOMISER_WEBHOOK_SECRET', '/sign-customiser/webhooks'),
  ],
  ['SHOPLINE_APP_SECRET', shopline],
  ['SHOPLINE_HOOK_KEY', hook, 404],
  ['STORE_API_TOKEN', store],
])('rotating %s', (_, call, refused = 401) => {
  it('refuses nobody on the way and the old one at the end', async () => {
    expect((await call(OLD, OLD)).status, 'before').toBe(200)
    expect((await call(`${OLD} ${NEW}`, OLD)).status, 'both live, the other side not yet changed').toBe(200)
    expect((await call(`${OLD} ${NEW}`, NEW)).status, 'both live, the other side changed').toBe(200)
    expect((await call(NEW, NEW)).status, 'the old one removed').toBe(200)
    expect((await call(NEW, OLD)).status, 'whoever still has the old one').toBe(refused)
  })
})

describe('rotating SIGN_CUSTOMISER_API_TOKEN', () => {
  it('keeps the order that meets a refused token, and sends it with the new one', async () => {
    await postDesign({ product_id: 1 })
    const sent = outsideAnswers(({ headers }) =>
      headers.authorization === `Bearer ${NEW}` ? accepted() : new Response('', { status: 401 }),
    )
    await changeSettings({ SIGN_CUSTOMISER_API_TOKEN: OLD })
    expect((await postOrder(anOrder())).status, 'the old one was revoked too early').toBe(202)
    await changeSettings({ SIGN_CUSTOMISER_API_TOKEN: NEW })
    passTime(MINUTE)
    await runAlarm()

    expect(await readOrder()).toMatchObject({ state: 'relayed' })
    const orders = sent.filter(({ url }) => url.endsWith('/orders'))
    expect(orders.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${OLD}`, `Bearer ${NEW}`])
  })
})

describe('rotating CONSOLE_PASSWORD', () => {
  it('lets the new one in and the old one no longer', async () => {
    const open = (used: string) =>
      fetchWith({ CONSOLE_PASSWORD: 'the-new-password' }, '/console', {
        headers: { authorization: `Basic ${btoa(`operator:${used}`)}` },
      })
    expect((await open('the-new-password')).status).toBe(200)
    expect((await open('the-old-password')).status).toBe(401)
  })
})
