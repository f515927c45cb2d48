import { afterEach, beforeEach, expect, it } from 'vitest'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import { anOrder, fetchAsStore, freezeTime, postOrder, restartLedger, startAfresh } from '../bridge.ts'
import { designIn, fetchFromOutside, OPTIONS, received } from '../sandbox/drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

it('gives a design that is sent again the ID it has, and lists it once', async () => {
  const app = sandbox(OPTIONS)
  fetchFromOutside(app)

  const ids = [await designIn(app, { product_id: 1 })]
  await restartLedger()
  ids.push(await designIn(app, { product_id: 1 }))

  expect(ids).toEqual(['sc-1', 'sc-1'])
  expect(await (await fetchAsStore('/products')).json()).toMatchObject({
    products: [{ external_id: 'sc-1' }],
  })
})

it('sends an order once, though the store hands it in many times, at once and after a restart', async () => {
  const app = sandbox(OPTIONS)
  fetchFromOutside(app)
  await designIn(app, { product_id: 1 })

  const answers = await Promise.all(Array.from({ length: 10 }, () => postOrder(anOrder())))
  await restartLedger()
  const late = await postOrder(anOrder())

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(late.status).toBe(200)
  expect(await late.json()).toMatchObject({ state: 'relayed', attempts: 1 })
  expect(await received(app)).toHaveLength(1)
})
