import type { Design } from '../catalogue/design.ts'
import type { AppContext } from '../http/app.ts'
import { refuse, refuseUnconfigured } from '../http/refuse.ts'
import { askLedger } from '../ledger/ask.ts'
import type { Making, ProductClaim } from '../ledger/store-products.ts'
import { err, ok, type Result } from '../result.ts'
import { readSettings } from '../settings.ts'
import { OPEN_API_SETTINGS } from './open-api.ts'
import { makeProduct } from './products-api.ts'

/** A shopper waits: of the eight seconds in all, these are for SHOPLINE and for waiting on others, in milliseconds. */
const MOST_MS = 6_000
/** How soon one looks again whether somebody else has made the product, in milliseconds. */
const LOOK_AGAIN_MS = 250

/**
 * Makes a design's product in SHOPLINE and gives its ID there, or has the answer ready that says why not.
 *
 * One design has one product, however often its callback comes and whoever dies meanwhile: the ledger lets one at a time make
 * it, and has the next look for a product whose making nobody reported.
 */
export async function createInShopline(c: AppContext, design: Design): Promise<Result<string, Response>> {
  const settings = readSettings(c.env, [...OPEN_API_SETTINGS, 'CURRENCY_DECIMALS'])
  if (!settings.ok) return err(refuseUnconfigured(c, settings.error))
  const { external_id: sku, title, description, image, price } = design
  if (price === null || price === 0) return err(refuse(c, WITHOUT_PRICE))

  const { claim, waited } = await claimProduct(c.env, sku)
  if (claim.result === 'made') return ok(claim.external_id)
  if (claim.result !== 'claimed') return err(later(c, claim.result === 'wait' ? claim.ms : null))

  const draft = { sku, title, description, image, price }
  const work = async (): Promise<Making> => {
    const began = Date.now()
    const making = await inTime(MOST_MS - waited, (signal) =>
      makeProduct(settings.value, draft, claim.may_exist, signal),
    )
    await askLedger(c.env, (ledger) => ledger.settleProduct(sku, making, began), { once: true })
    return making
  }
  const making = work()
  // Should the caller hang up, the product is still made and its ID kept for the next time.
  c.executionCtx.waitUntil(making)
  return answer(c, await making)
}

/** Claims the product, or waits for whoever has: at most as long as leaves a second for making it. */
async function claimProduct(env: Env, sku: string): Promise<{ claim: ProductClaim; waited: number }> {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const claim = await askLedger(env, (ledger) => ledger.claimProduct(sku))
    if (claim.result !== 'busy' || waited >= MOST_MS - 1_000) return { claim, waited }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

async function inTime<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), ms)
  try {
    return await work(timeout.signal)
  } finally {
    clearTimeout(timer)
  }
}

function answer(c: AppContext, making: Making): Result<string, Response> {
  if (making.result === 'made') return ok(making.external_id)
  const { outcome, status } = making.outcome
  if (outcome !== 'rejected' && status !== 401 && status !== 403)
    return err(later(c, making.outcome.retryAfterMs))
  return err(
    refuse(c, {
      code: 'store-refused',
      detail: `SHOPLINE answered ${status} when asked to make the product; an operator has to see to it.`,
    }),
  )
}

const later = (c: AppContext, ms: number | null): Response =>
  refuse(
    c,
    { code: 'store-unavailable', detail: 'SHOPLINE could not make the product now: send the same again.' },
    { headers: { 'retry-after': `${ms === null ? 5 : Math.ceil(ms / 1000)}` } },
  )

const WITHOUT_PRICE = {
  code: 'invalid-payload' as const,
  detail: 'SHOPLINE sells nothing that has no price.',
  errors: [{ pointer: '/product/price', detail: 'must be a whole number above 0 in minor units' }],
}
