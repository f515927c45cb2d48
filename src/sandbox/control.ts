import { Hono } from 'hono'
import * as v from 'valibot'
import { type Faults, faultSchema } from './faults.ts'
import { errorsOf, type Input, invalid, isInput, readJson, whole } from './input.ts'
import type { ReceivedOrder } from './orders-api.ts'
import { formSubmitted, product } from './payloads.ts'
import { signedPost } from './signed-post.ts'
import type { Subscriptions } from './subscriptions.ts'

interface ControlOptions {
  integrationSecret: string
  createProductUrl: string
  faults: Faults
  orders: ReceivedOrder[]
  /** The designs by the ID that the bridge gave them. */
  designs: Map<unknown, Input>
  subscriptions: Subscriptions
  freshId: () => number
  now: () => number
}

const designSchema = v.strictObject(
  { product: v.optional(v.custom<Input>(isInput, 'must be an object'), {}) },
  'must be an object',
)

const releaseSchema = v.strictObject(
  {
    sequence: v.optional(v.picklist(['as-fired', 'reversed'], 'must be as-fired or reversed'), 'as-fired'),
    times: v.optional(whole(1, 100), 1),
  },
  'must be an object',
)

const formSchema = v.strictObject(
  { form_submission: v.optional(v.custom<Input>(isInput, 'must be an object'), {}) },
  'must be an object',
)

/**
 * What the real service has no place for: see what arrived, make a design, order failures; see the events, hold them, send them
 * late, twice or out of order, submit a form.
 */
export function control({
  faults,
  orders,
  designs,
  subscriptions,
  freshId,
  now,
  createProductUrl,
  integrationSecret,
}: ControlOptions): Hono {
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
      const design = product(freshId(), now(), parsed.output.product)
      const answer = await signedPost(createProductUrl, integrationSecret, { product: design }, now())
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

    .get('/events', (c) => c.json({ events: subscriptions.events }))

    .post('/events/hold', (c) => {
      subscriptions.hold()
      return c.body(null, 204)
    })

    .post('/events/release', async (c) => {
      const parsed = v.safeParse(releaseSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      await subscriptions.release(parsed.output)
      return c.json({ events: subscriptions.events })
    })

    .post('/forms', async (c) => {
      const parsed = v.safeParse(formSchema, await readJson(c.req.raw))
      if (!parsed.success) return invalid(errorsOf(parsed.issues))
      const body = formSubmitted(freshId(), now(), parsed.output.form_submission)
      subscriptions.fire('form:submitted', body)
      return c.json(body)
    })
}
