import type { EmbedSettings } from '../embed-settings.ts'
import { addressOf } from './address.ts'
import { type Cart, cartOf } from './cart.ts'
import { type Failure, WORDS, type Words, wordsBelow } from './words.ts'

/** The vendor's element. */
export const TAG = 'sign-customiser-embed'

/** One `<script>` of a page that loads `embed.js`, with the attributes that stand in it. A page may have several. */
export interface Line {
  script: HTMLScriptElement
  settings: EmbedSettings
  /** The designer that it placed; null when the page has one of its own, or the line stands in no place to be seen. */
  designer: Element | null
  /** Null when `data-cart` names none. */
  cart: Cart | null
  /** Whether the shop's own script fills the cart. */
  isFilledByShop: boolean
  /** Where the shopper goes once the sign is in the cart. */
  next: URL | null
  words: Words
}

export function lineOf(script: HTMLScriptElement, settings: EmbedSettings): Line {
  const { cart, next } = script.dataset
  const isSeen = (element: Element | null) => document.body.contains(element)
  const line: Line = {
    script,
    settings,
    designer: null,
    cart: cartOf(script.dataset),
    isFilledByShop: (cart ?? 'event') === 'event',
    next: next ? addressOf(next) : null,
    words: wordsBelow(() => [line.designer, document.querySelector(TAG), script].find(isSeen) ?? undefined),
  }
  if (line.cart === null)
    console.error('embed.js: data-cart must be event, a path of this shop, or shopline with data-merchant')
  if (next && line.next === null)
    console.error('embed.js: data-next must be an address of this shop, or one that begins with https://')
  return line
}

/** Says whether a message came from a frame within the line's designer. */
export function holds({ designer }: Line, source: MessageEventSource | null): boolean {
  const frames = [designer, designer?.shadowRoot].flatMap((root) =>
    root ? [...root.querySelectorAll('iframe')] : [],
  )
  // What a window is told comes from a window, perhaps one in a frame's frame.
  for (let from = source as Window | null; from && from !== from.parent; from = from.parent)
    if (frames.some(({ contentWindow }) => contentWindow === from)) return true
  return false
}

/** Puts the vendor's element with its documented attributes below the script. */
export function placeDesigner(line: Line): void {
  const { customiserId, integrationId } = line.script.dataset
  const designer = document.createElement(TAG)
  designer.setAttribute('customiser-id', customiserId ?? line.settings.customiserId ?? '')
  designer.setAttribute('integration-id', integrationId ?? line.settings.integrationId ?? '')
  designer.setAttribute('driver', 'custom')
  line.designer = designer
  line.script.after(designer)
}

/** Loads the vendor's script, unless the page does. */
export function loadDesigner(line: Line): void {
  const { embedUrl } = line.settings
  if (customElements.get(TAG) || [...document.scripts].some(({ src }) => src === embedUrl)) return
  const script = document.createElement('script')
  script.async = true
  script.nonce = line.script.nonce
  script.src = embedUrl
  script.addEventListener('error', () => {
    script.remove()
    fail(line, 'designer-not-loaded')
  })
  document.head.append(script)
}

/** Says whether nobody prevented the event's default. */
export const tell = (type: string, detail: unknown) =>
  document.dispatchEvent(new CustomEvent(type, { bubbles: true, cancelable: true, detail }))

/** Tells the shop; unless its script calls `preventDefault` to find words of its own, the shopper is told, too. */
export function fail(
  { words }: Line,
  code: Failure,
  more: Record<string, unknown> = {},
  again: (() => void) | null = null,
): void {
  const isShown = tell('sign:failed', { code, message: WORDS[code], product_id: null, ...more })
  const isAboutDesigner = code === 'designer-not-loaded' || code === 'blocked'
  if (!isShown) words.clear()
  else if (!isAboutDesigner || document.querySelector(TAG)) words.complain(WORDS[code], again)
}
