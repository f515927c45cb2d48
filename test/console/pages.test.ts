import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  anOrder,
  fetchWith,
  freezeTime,
  MINUTE,
  outsideAnswers,
  passTime,
  postDesign,
  postEvent,
  postOrder,
  readOrder,
  runAlarm,
  startAfresh,
} from '../bridge.ts'
import formSubmitted from '../payloads/sign-customiser/form-submitted.json'
import orderCreated from '../payloads/sign-customiser/order-created.json'
import { basic, fetchConsole, press, readConsole } from './operator.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(2)>'
const ESCAPED = '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;img src=x onerror=alert(2)&gt;'

const PERSON = {
  customer: { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com' },
  shipping_address: { address_1: '12 Square', city: 'London' },
}

const refusing = () => Response.json({ message: 'Ada Lovelace of 12 Square is unknown' }, { status: 400 })

describe('the overview', () => {
  it('says that all is well, and how many orders came in the last hour', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers()
    await postOrder(anOrder())

    const page = await readConsole('')

    expect(page).toContain('All is well')
    expect(page).toContain('1 order in 48 hours')
  })

  it('says what needs the operator: a refused order and a token', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers((_, nth) => (nth === 1 ? refusing() : Response.json({}, { status: 401 })))
    await postOrder(anOrder())
    await postOrder(anOrder('order-2'))

    const page = await readConsole('')

    expect(page).toContain('Something needs you')
    expect(page).toContain('1 order was refused by Sign Customiser')
    expect(page).toContain('Sign Customiser refused SIGN_CUSTOMISER_API_TOKEN')
  })

  it('says that it passes by itself when Sign Customiser asked to wait', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(() => new Response('', { status: 429, headers: { 'retry-after': '240' } }))
    await postOrder(anOrder())

    const page = await readConsole('')

    expect(page).toContain('Held up for now')
    expect(page).toContain('the next one in 4 min')
  })

  it('names a setting that is missing, and no setting by its value', async () => {
    const response = await fetchWith({ SIGN_CUSTOMISER_API_TOKEN: '' }, '/console', {
      headers: { authorization: basic('console-password') },
    })
    const page = await response.text()

    expect(page).toContain('Not ready: SIGN_CUSTOMISER_API_TOKEN.')
    for (const secret of ['integration-secret', 'token-of-the-store', 'console-password', 'api-token'])
      expect(page).not.toContain(secret)
  })
})

describe('the list of orders', () => {
  it('finds orders by state, number and product, and holds nobody', async () => {
    await postDesign({ product_id: 1 })
    await postDesign({ product_id: 2 })
    outsideAnswers((_, nth) => (nth === 1 ? refusing() : accepted()))
    await postOrder(anOrder('order-1', PERSON))
    await postOrder(anOrder('order-2', { products: [{ external_id: 'sc-2', quantity: 1 }] }))

    const all = await readConsole('/orders')
    expect(all).toContain('#order-1')
    expect(all).toContain('#order-2')
    expect(all).not.toMatch(/Ada|Lovelace|Square|London/)
    expect(await readConsole('/orders?state=rejected')).not.toContain('#order-2')
    expect(await readConsole('/orders?q=%23order-2')).not.toContain('#order-1<')
    expect(await readConsole('/orders?q=sc-2')).not.toContain('#order-1<')
  })

  it('leads from page to page, keeping what was asked for', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers(refusing)
    for (const n of [1, 2, 3]) await postOrder(anOrder(`order-${n}`))

    const first = await readConsole('/orders?limit=2&state=rejected')
    const [, older = ''] = /href="\/console(\/orders\?[^"]*)">Older/.exec(first) ?? []
    const second = await readConsole(older.replaceAll('&amp;', '&'))

    expect(older).toContain('state=rejected')
    expect(first).toContain('#order-3')
    expect(first).not.toContain('#order-1')
    expect(second).toContain('#order-1')
    expect(second).not.toContain('#order-3')
    expect(second).toContain('Newest')
    expect(second).not.toContain('Older')
  })

  it.each(['?state=lost', '?limit=0', '?cursor=x'])('answers 422 to %s', async (query) => {
    expect((await fetchConsole(`/orders${query}`)).status).toBe(422)
  })

  it('retries all that failed', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers((_, nth) => (nth <= 2 ? refusing() : accepted()))
    await postOrder(anOrder('order-1'))
    await postOrder(anOrder('order-2'))
    expect(await readConsole('/orders?state=rejected')).toContain('Retry all 2 rejected')

    const response = await press('/orders/retry?state=rejected')
    await runAlarm()

    expect(response.headers.get('location')).toBe('/console/orders?done=all')
    expect((await readOrder('order-1')).state).toBe('relayed')
    expect((await readOrder('order-2')).state).toBe('relayed')
  })
})

describe('the page of one order', () => {
  it('shows its signs with prices, whose it is and what the other side said', async () => {
    await postDesign({ product_id: 1, title: 'Open late', price: 2999 })
    outsideAnswers(refusing)
    await postOrder(anOrder('order-1', { ...PERSON, currency: 'EUR' }))

    const page = await readConsole('/orders/order-1')

    for (const words of [
      'Open late',
      '€29.99',
      '$29.99',
      'Ada',
      'London',
      'Ada Lovelace of 12 Square is unknown',
    ])
      expect(page).toContain(words)
    expect(page).toContain('400: Sign Customiser refused it.')
    expect(page).toContain('Retry now')
  })

  it.each([
    ['429', { 'retry-after': '240' }, '429: Sign Customiser asked to wait, next try in 4 min.'],
    ['503', {}, '503: Sign Customiser could not take it, next try in'],
    ['401', {}, '401: Sign Customiser refused SIGN_CUSTOMISER_API_TOKEN, next try in'],
    ['502', {}, '502: The answer was lost, so it may have arrived.'],
  ])('says after a %s what the next attempt waits for', async (status, headers, words) => {
    await postDesign({ product_id: 1 })
    outsideAnswers(() => new Response('', { status: Number(status), headers: headers as HeadersInit }))
    await postOrder(anOrder())

    expect(await readConsole('/orders/order-1')).toContain(words.replaceAll("'", '&#39;'))
  })

  it('retries the order and shows what came of it', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers((_, nth) => (nth === 1 ? refusing() : accepted()))
    await postOrder(anOrder())
    passTime(MINUTE)

    const response = await press('/orders/order-1/retry')
    const page = await readConsole(response.headers.get('location')?.replace('/console', '') ?? '')

    expect(page).toContain('The order was tried again.')
    expect(page).toContain('Sign Customiser has it as order 7.')
    expect(page).not.toContain('Retry now')
  })

  it('says why a relayed order is not retried', async () => {
    await postDesign({ product_id: 1 })
    outsideAnswers()
    await postOrder(anOrder())

    const response = await press('/orders/order-1/retry')

    expect(response.headers.get('location')).toBe('/console/orders/order-1?done=not-retryable')
  })

  it('reads an ID with every kind of character', async () => {
    const id = 'a/b?c=1#2%25&"<é>'
    await postDesign({ product_id: 1 })
    outsideAnswers(refusing)
    await postOrder(anOrder(id))

    const [, path = ''] = /href="\/console(\/orders\/[^"]*)"/.exec(await readConsole('/orders')) ?? []
    expect(await readConsole(path)).toContain('Retry now')
    expect((await press(`${path}/retry`)).status).toBe(303)
  })
})

describe('the list of events', () => {
  const PERSONAL = [
    'email',
    'phone',
    'first_name',
    'last_name',
    'address_1',
    'address_2',
    'city',
    'postcode',
    'value',
  ]

  /** What a payload holds under names that are about somebody. */
  const personalIn = (value: unknown): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, member]) =>
          PERSONAL.includes(name) && typeof member === 'string' && member !== ''
            ? [member]
            : personalIn(member),
        )
      : []

  it.each([
    ['an order', orderCreated, 'order:created', 'SIGN-12345'],
    ['a form', formSubmitted, 'form:submitted', 'submission_number'],
  ])('shows topic and content of %s, and nobody', async (_, payload, topic, content) => {
    // An order is shown only if it is ours.
    outsideAnswers()
    await postDesign({ product_id: 1 })
    await postOrder(anOrder('12345', { external_order_number: 'SIGN-12345' }))
    await postEvent(payload)

    const page = await readConsole('/events')

    expect(page).toContain(topic)
    expect(page).toContain(content)
    expect(personalIn(payload).length).toBeGreaterThan(0)
    for (const words of personalIn(payload)) expect(page).not.toContain(`>${words}<`)
  })

  it('can be narrowed to a topic', async () => {
    await postEvent(orderCreated)
    await postEvent(formSubmitted)

    const page = await readConsole('/events?topic=form%3Asubmitted')

    expect(page).toContain('submission_number')
    expect(page).not.toContain('external_order_number')
  })
})

describe('text from outside', () => {
  it('is escaped on every page', async () => {
    await postDesign({
      product_id: 1,
      title: HOSTILE,
      description: HOSTILE,
      product_image_url: `https://x/${HOSTILE}`,
    })
    outsideAnswers(() => new Response(HOSTILE, { status: 400 }))
    await postOrder(
      anOrder('order-1', {
        external_order_number: HOSTILE,
        customer: { first_name: HOSTILE, [HOSTILE]: HOSTILE },
      }),
    )

    for (const path of [
      '',
      '/orders',
      '/orders/order-1',
      '/products',
      '/events',
      `/orders?q=${encodeURIComponent(HOSTILE)}`,
    ]) {
      const page = await readConsole(path)
      expect(page).not.toMatch(/<script>alert|<img src=x/)
    }
    expect(await readConsole('/orders/order-1')).toContain(ESCAPED)
    expect(await readConsole('/products')).toContain(ESCAPED)
  })

  it('is no address of a picture when it is a script', async () => {
    await postDesign({ product_id: 1, product_image_url: 'javascript:alert(1)' })

    expect(await readConsole('/products')).not.toContain('javascript:')
  })

  it('in the address of a page is not repeated as words of ours', async () => {
    expect(await readConsole(`/orders?done=${encodeURIComponent(HOSTILE)}`)).not.toContain('alert(1)')
  })
})
