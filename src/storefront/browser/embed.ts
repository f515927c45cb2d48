import type { EmbedSettings } from '../embed-settings.ts'
import { cartOf } from './cart.ts'
import { lookUp } from './lookup.ts'
import { type Design, designIn, isTrusted } from './message.ts'
import { type Failure, WORDS, Words } from './words.ts'

declare const SETTINGS: EmbedSettings
declare global {
  interface Window {
    signCustomiserBridge?: true
  }
}

const TAG = 'sign-customiser-embed'

/** Stands in a shop's page: shows the designer, and puts what it makes in the cart. */
function start(script: HTMLScriptElement): void {
  const bridge = new URL(script.src).origin
  const cart = cartOf(script.dataset)
  const words = new Words()
  /** The designs that are on their way to the cart: a message that comes twice adds one sign. */
  const busy = new Set<string>()

  const designer = () => document.querySelector(TAG) ?? script

  /** Tells the shop; whose script calls `preventDefault` finds words of its own. */
  function fail(code: Failure, productId: string | null, again: (() => void) | null): void {
    const detail = { code, message: WORDS[code], product_id: productId }
    if (tell('sign:failed', detail)) words.complain(designer(), WORDS[code], again)
    else words.clear()
  }

  async function add(design: Design): Promise<void> {
    const { externalId, productId } = design
    const key = externalId ?? productId
    if (key === null) return fail('no-product', null, null)
    if (busy.has(key)) return
    busy.add(key)
    const again = () => void add(design)
    words.inform(designer(), WORDS.busy)
    try {
      const external_id = externalId ?? (await lookUp(bridge, key))
      if (external_id === null) return fail('not-found', productId, again)
      if (cart === null)
        throw new Error('data-cart must be event, a path of this shop, or shopline with data-merchant')
      await cart({ external_id, quantity: 1 })
      finish(external_id, productId)
    } catch (error) {
      console.error('embed.js:', error)
      fail('cart-failed', productId, again)
    } finally {
      busy.delete(key)
    }
  }

  function finish(external_id: string, product_id: string | null): void {
    const { cart = 'event', next } = script.dataset
    if (cart === 'event') words.clear()
    else words.inform(designer(), WORDS.added)
    tell('sign:added', { external_id, product_id, quantity: 1 })
    if (next) location.assign(next)
  }

  addEventListener('message', ({ origin, data }) => {
    const design = isTrusted(origin, location.origin, SETTINGS) ? designIn(data) : null
    if (design) void add(design)
  })

  whenParsed(() => {
    if (![bridge, ...SETTINGS.stores].includes(location.origin))
      console.warn(`embed.js: the bridge's STORE_ORIGINS lacks ${location.origin}`)
    if (!document.querySelector(TAG) && document.body.contains(script)) script.after(element(script.dataset))
    loadDesigner(script.nonce, () => fail('designer-not-loaded', null, null))
  })
}

/** The vendor's element with its documented attributes. */
function element({ customiserId, integrationId }: DOMStringMap): Element {
  const embed = document.createElement(TAG)
  embed.setAttribute('customiser-id', customiserId ?? SETTINGS.customiserId ?? '')
  embed.setAttribute('integration-id', integrationId ?? SETTINGS.integrationId ?? '')
  embed.setAttribute('driver', 'custom')
  return embed
}

/** Loads the vendor's script, unless the page does. */
function loadDesigner(nonce: string, onFailure: () => void): void {
  if (customElements.get(TAG) || [...document.scripts].some(({ src }) => src === SETTINGS.embedUrl)) return
  const script = document.createElement('script')
  script.async = true
  script.nonce = nonce
  script.src = SETTINGS.embedUrl
  script.addEventListener('error', onFailure)
  document.head.append(script)
}

/** Says whether nobody prevented the event's default. */
const tell = (type: string, detail: unknown) =>
  document.dispatchEvent(new CustomEvent(type, { bubbles: true, cancelable: true, detail }))

function whenParsed(then: () => void): void {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', then, { once: true })
  else then()
}

const script = document.currentScript
if (!(script instanceof HTMLScriptElement))
  console.error('embed.js: load it by <script async src>, not as a module')
else if (!window.signCustomiserBridge) {
  window.signCustomiserBridge = true
  start(script)
}
