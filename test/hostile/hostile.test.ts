import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { accepted, changeSettings, freezeTime, postDesign, startAfresh, utf8 } from '../bridge.ts'
import { RUNS, SEED } from '../size.ts'
import { BODIES, NAUGHTY } from './corpus.ts'
import { judge, watchLog } from './judge.ts'
import { hostileTo, requestOf } from './requests.ts'
import { everyRoute } from './routes.ts'

const routes = await everyRoute()
/** A test that takes longer hangs, in milliseconds: ten for each request. */
const PATIENCE_MS = 60_000 + RUNS * 10

beforeEach(async () => {
  freezeTime()
  watchLog()
  await changeSettings({ DEMO: 'sandbox', SIGN_CUSTOMISER_API_URL: 'http://localhost:1' })
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => accepted())
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

it('knows the routes', () => {
  expect(routes).toContainEqual({ method: 'POST', path: '/sign-customiser/products' })
  expect(routes.length).toBeGreaterThan(15)
})

let nth = 0
const JSON_TYPE: [string, string][] = [['content-type', 'application/json']]

describe.each(routes)('$method $path', (route) => {
  it('refuses or takes whatever it is sent, and never fails', { timeout: PATIENCE_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(hostileTo(route), async (hostile) => {
        await judge(await requestOf(hostile, nth++))
      }),
      { numRuns: Math.ceil(RUNS / routes.length), seed: SEED },
    )
  })

  if (route.path.includes(':'))
    it('refuses or takes every text of the corpus in its path', { timeout: PATIENCE_MS }, async () => {
      for (const text of NAUGHTY) {
        const path = route.path.replaceAll(/:\w+/g, encodeURIComponent(text.toWellFormed()))
        await judge(
          await requestOf({ ...route, path, proof: 'right', headers: JSON_TYPE, body: utf8('{}') }, nth++),
        )
      }
    })

  if (route.method !== 'GET')
    it('refuses or takes every body of the corpus', { timeout: PATIENCE_MS }, async () => {
      const path = route.path.replaceAll(/:\w+/g, 'sc-1')
      for (const body of BODIES)
        await judge(await requestOf({ ...route, path, proof: 'right', headers: JSON_TYPE, body }, nth++))
    })
})
