import { Hono } from 'hono'
import * as v from 'valibot'
import { formSubmitted } from './event-bodies.ts'
import { type Input, isInput, readJson } from './input.ts'
import { errorsOf, invalid } from './invalid.ts'
import type { Subscriptions } from './subscriptions.ts'

const releaseSchema = v.strictObject(
  {
    sequence: v.optional(v.picklist(['as-fired', 'reversed'], 'must be as-fired or reversed'), 'as-fired'),
    times: v.optional(
      v.pipe(
        v.number('must be a number'),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
        v.maxValue(100, 'must be at most 100'),
      ),
      1,
    ),
  },
  'must be an object',
)

const formSchema = v.strictObject(
  { form_submission: v.optional(v.custom<Input>(isInput, 'must be an object'), {}) },
  'must be an object',
)

interface EventControlOptions {
  subscriptions: Subscriptions
  freshId: () => number
  now: () => number
}

/** Steers the webhook subscriptions: see the events, hold them, send them late, twice or out of order, submit a form. */
export function eventControl({ subscriptions, freshId, now }: EventControlOptions): Hono {
  return new Hono()
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
