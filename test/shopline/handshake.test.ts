import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchBridge, fetchWith, freezeTime, startAfresh } from '../bridge.ts'
import { listEvents, postWebhook } from './shopline.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const QUESTION = '{"topic":"webhook/verification"}'
const ask = (settings: Record<string, string> = {}, body: BodyInit = QUESTION) =>
  fetchWith(settings, '/shopline/webhooks', { method: 'POST', body })

describe('the question whether an address is the merchant’s', () => {
  it.each([
    // The example of SHOPLINE's page.
    ['the app’s ID', { SHOPLINE_APP_ID: '6139d3970c0972001cf52180' }, 'NjEzOWQzOTcwYzA5NzIwMDFjZjUyMTgw'],
    ['the merchant’s where there is no app', { SHOPLINE_APP_ID: '' }, 'NWYwYmRhNWU0ZTVmY2EwMDEwYzgxZmVm'],
    [
      'the ID in small letters',
      { SHOPLINE_APP_ID: '6139D3970C0972001CF52180' },
      'NjEzOWQzOTcwYzA5NzIwMDFjZjUyMTgw',
    ],
  ])('is answered with the Base64 of %s', async (_, settings, token) => {
    const response = await ask(settings)

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await response.text()).toBe(token)
  })

  it('is answered as OpenAPI says', async () => {
    const response = await fetchBridge('/shopline/webhooks', { method: 'POST', body: QUESTION })

    expect(await response.text()).toBe('NWYwYmRhNWU0ZTVmY2EwMDEwYzgxZmVm')
  })

  it('is answered when it is signed, whoever signed it, and where webhooks are not set up', async () => {
    expect(await (await postWebhook(QUESTION)).text()).toBe('NWYwYmRhNWU0ZTVmY2EwMDEwYzgxZmVm')
    expect((await postWebhook(QUESTION, { secret: 'other' })).status).toBe(200)
    expect((await ask({ SHOPLINE_APP_SECRET: '' })).status).toBe(200)
  })

  it('is answered when its length is not declared', async () => {
    const body = new Blob([QUESTION]).stream()

    expect((await ask({}, body)).status).toBe(200)
  })

  it('is not recorded', async () => {
    await postWebhook(QUESTION)

    expect(await listEvents()).toEqual([])
  })

  it.each([
    ['not set', {}, 'SHOPLINE_MERCHANT_ID is not set, nor SHOPLINE_APP_ID'],
    ['wrong', { SHOPLINE_APP_ID: 'our-app' }, 'SHOPLINE_APP_ID must be 24 hex digits'],
  ])('names the setting that is %s', async (_, settings, detail) => {
    const response = await ask({ SHOPLINE_MERCHANT_ID: '', ...settings })

    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      type: '/problems/not-configured',
      detail: expect.stringContaining(detail),
    })
  })

  it.each([
    ['of another topic', '{"topic":"order/create"}'],
    ['within another event', `{"resource":${QUESTION}}`],
    ['that is cut off', QUESTION.slice(0, -1)],
    ['in a large body', `${QUESTION}${' '.repeat(1_024)}`],
    ['in a large body of no declared length', new Blob([QUESTION, ' '.repeat(1_024)]).stream()],
  ])('is not one %s: that must be signed', async (_, body) => {
    expect((await ask({}, body)).status).toBe(401)
  })
})
