import { Hono } from 'hono'
import * as v from 'valibot'
import { type Faults, faultSchema } from './faults.ts'
import { type Input, isInput, readJson } from './input.ts'
import { errorsOf, invalid } from './invalid.ts'
import type { ReceivedOrder } from './orders-api.ts'
import { product } from './product.ts'
import { signedPost } from './signed-post.ts'

interface ControlOptions {
  integrationSecret: string
  createProductUrl: string
  faults: Faults
  orders: ReceivedOrder[]
  /** The designs by the ID that the bridge gave them. */
  designs: Map<unknown, Input>
  freshId: () => number
  now: () => number
}

const designSchema = v.strictObject(
  { product: v.optional(v.custom<Input>(isInput, 'must be an object'), {}) },
  'must be an object',
)

/** What the real service has no place for: see what arrived, make a design, order failures. */
export function control({ faults, orders, designs, ...options }: ControlOptions): Hono {
  return new Hono()
    .get('/orders', (c) => {
      const external_id = c.req.query('external_id')
      return c.json({
        orders: orders.filter(({ order }) => !external_id || order.external_id === external_id),
      })
    })

    .delete('/orders', (c) => {
      orders.length = 0
      return c.body(null, 204)
    })

    .post('/designs', async (c) => {
      const parsed = v.safeParse(designSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      const now = options.now()
      const design = product(options.freshId(), now, parsed.output.product)
      const { createProductUrl, integrationSecret } = options
      const answer = await signedPost(createProductUrl, integrationSecret, { product: design }, now)
      if (answer === null) return c.json({ message: `Nothing answers at ${createProductUrl}.` }, 502)
      if (isInput(answer.body)) designs.set(answer.body.external_id, design)
      return c.json({ product: design, answer })
    })

    .get('/faults', (c) => c.json({ faults: faults.waiting }))

    .post('/faults', async (c) => {
      const parsed = v.safeParse(faultSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      faults.add(parsed.output)
      return c.json({ faults: faults.waiting })
    })

    .delete('/faults', (c) => {
      faults.clear()
      return c.body(null, 204)
    })
}
