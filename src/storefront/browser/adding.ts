import { fail, type Line, tell } from './line.ts'
import { lookUp } from './lookup.ts'
import type { Design } from './message.ts'
import { claim, remember } from './pending.ts'
import { WORDS } from './words.ts'

/** A design on its way to a cart. What has been done for it is not done again when it is tried again. */
interface Job {
  line: Line
  productId: string | null
  externalId: string | null
  state: 'idle' | 'busy' | 'done'
  isInCart: boolean
}

/** By both IDs of their designs: a message that comes again adds no second sign, as long as the page lives. */
const jobs = new Map<string, Job>()

/** Puts a design in the cart of a line, unless it is there or on its way. `isResumed` when an earlier page began with it. */
export function add({ externalId, productId }: Design, line: Line, isResumed = false): void {
  const keys = [externalId && `e${externalId}`, productId && `p${productId}`].filter(isText)
  if (keys.length === 0) {
    fail(line, 'no-product')
    return
  }
  const known = keys.map((key) => jobs.get(key)).find((job) => job !== undefined)
  const job: Job = known ?? { line, productId, externalId, state: 'idle', isInCart: false }
  for (const key of keys) jobs.set(key, job)
  if (job.state === 'idle') job.externalId ??= externalId
  void run(job, isResumed)
}

const isText = (text: string | null): text is string => text !== null && text !== ''

async function run(job: Job, isResumed = false): Promise<void> {
  if (job.state !== 'idle') return
  job.state = 'busy'
  const { line, productId } = job
  const { bridge } = line.settings
  const failed = (code: 'not-found' | 'cart-failed') => {
    job.state = 'idle'
    fail(line, code, { product_id: productId }, () => void run(job))
  }

  line.words.inform(WORDS.busy)
  try {
    if (job.externalId === null && productId !== null) {
      const isNoted = isResumed || remember(productId)
      const externalId = await lookUp(bridge, productId)
      if (externalId === null) return failed('not-found')
      const first = jobs.get(`e${externalId}`) ?? job
      jobs.set(`p${productId}`, first).set(`e${externalId}`, first)
      const isTaken = isNoted && !claim(productId)
      // A message with the other ID, or another page of this tab, was quicker.
      if (first !== job || isTaken) {
        job.state = 'done'
        return line.words.clear()
      }
      job.externalId = externalId
    } else if (productId !== null) claim(productId)
    await fill(job)
    job.state = 'done'
  } catch (error) {
    console.error('embed.js:', error)
    failed('cart-failed')
  }
}

/** Fills the cart, lets the shop do its part, and sends the shopper on. */
async function fill(job: Job): Promise<void> {
  const { cart, isFilledByShop, next, words } = job.line
  const item = { external_id: job.externalId ?? '', quantity: 1 }
  if (cart === null) throw new Error('data-cart names no cart')
  if (!job.isInCart) await cart(item)
  job.isInCart = !isFilledByShop

  const parts: unknown[] = []
  let isDispatched = false
  const waitUntil = (part: unknown) => {
    if (isDispatched) throw new Error('waitUntil comes too late: call it before the listener first waits')
    parts.push(part)
  }
  const mayGo = tell('sign:added', { ...item, product_id: job.productId, waitUntil })
  isDispatched = true
  await Promise.all(parts)

  if (isFilledByShop) words.clear()
  else words.inform(WORDS.added)
  if (mayGo && next) location.assign(next.href)
}
