import { describe, expect, it } from 'vitest'
import { designIn, isTrusted } from '../../src/storefront/browser/message.ts'

const SETTINGS = {
  embedUrl: 'https://integrations.example:8443/embed.js',
  trusted: ['https://designer.test'],
}
const PAGE = 'https://shop.test'

describe('whom embed.js believes', () => {
  it.each([
    ['the page itself', PAGE],
    ["the embed script's origin", 'https://integrations.example:8443'],
    ['Sign Customiser', 'https://signcustomiser.com'],
    ['a subdomain of it', 'https://a.b-1.signcustomiser.com'],
    ['an origin from EMBED_ORIGINS', 'https://designer.test'],
  ])('believes %s', (_, origin) => {
    expect(isTrusted(origin, PAGE, SETTINGS)).toBe(true)
  })

  it.each([
    'http://signcustomiser.com',
    'https://signcustomiser.com:8443',
    'https://evilsigncustomiser.com',
    'https://signcustomiser.com.evil.test',
    'https://signcustomiser-com.evil.test',
    'https://integrations.example',
    'https://evil.designer.test',
    'https://shop.test.evil.test',
    'http://shop.test',
    'null',
    '',
  ])('does not believe %j', (origin) => {
    expect(isTrusted(origin, PAGE, SETTINGS)).toBe(false)
  })

  it('does not believe a sandboxed frame, even in a page without an origin of its own', () => {
    expect(isTrusted('null', 'null', SETTINGS)).toBe(false)
  })
})

describe('what embed.js reads of a message', () => {
  const about = (product: unknown) => designIn({ type: 'sc:product:created', product })

  it.each([
    ['both IDs', { external_id: 'sc-1', product_id: 1 }, { externalId: 'sc-1', productId: '1' }],
    ['a number as text', { product_id: '77' }, { externalId: null, productId: '77' }],
    ['an ID of another store', { external_id: 6183 }, { externalId: '6183', productId: null }],
    ['nothing but the IDs', { product_id: 1, price: 1 }, { externalId: null, productId: '1' }],
    ['no ID out of an address', { product_id: '../../evil?' }, { externalId: null, productId: null }],
    ['no ID out of an object', { external_id: {}, product_id: [1] }, { externalId: null, productId: null }],
    ['no empty ID', { external_id: '', product_id: '' }, { externalId: null, productId: null }],
    ['nothing of no product', null, { externalId: null, productId: null }],
  ])('reads %s', (_, product, design) => {
    expect(about(product)).toEqual(design)
  })

  it.each([null, undefined, 'sc:product:created', 1, [], {}, { type: 'sc:product' }])(
    'makes nothing of %j',
    (message) => {
      expect(designIn(message)).toBeNull()
    },
  )
})
