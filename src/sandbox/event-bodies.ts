import { type Input, isInput } from './input.ts'
import { linesOf } from './order-rules.ts'

const atom = (now: number) => new Date(now).toISOString().replace(/\.\d+Z$/, '+00:00')

/** `order:created` as the vendor's reference shows it, as far as it does. `designs` are the products by the store's ID for them. */
export function orderCreated(
  order_id: number,
  order: Input,
  designs: ReadonlyMap<unknown, Input>,
  now: number,
): Input {
  const lines = linesOf(order).filter(isInput)
  const total = lines.reduce(
    (sum, { price, quantity }) => sum + Number(price ?? 0) * Number(quantity ?? 1),
    0,
  )
  const times = { created_at: atom(now), updated_at: atom(now) }
  return {
    order: {
      order_id,
      order_number: order_id % 100_000,
      external_order_number: order.external_order_number,
      external_id: order.external_id,
      order_total: total,
      app_total: total,
      currency: order.currency ?? 'USD',
      shipping_line: order.shipping_line ?? null,
      billing_address: addressOf(order.billing_address, times),
      shipping_address: addressOf(order.shipping_address, times),
      customer: isInput(order.customer) ? { ...order.customer, external_id: null, ...times } : null,
      products: lines.flatMap(({ external_id }) => {
        const design = designs.get(external_id)
        if (!design) return []
        const { product_image_url, product_id, title, description, description_html } = design
        return [{ product_image_url, product_id, title, description, description_html }]
      }),
    },
  }
}

/** Orders have a `province` where the event has a `state`. */
function addressOf(address: unknown, times: Input): Input | null {
  if (!isInput(address)) return null
  const { province, ...rest } = address
  return { ...rest, state: province ?? null, ...times }
}

/** `form:submitted` as the vendor's reference shows it; `overrides` replace its fields. */
export function formSubmitted(submission_number: number, now: number, overrides: Input): Input {
  const at = new Date(now).toISOString().replace('Z', '000Z')
  return {
    form_submission: {
      submission_number,
      type: 'custom_form_submission',
      form: {
        form_id: 1,
        customiser_id: 1,
        label: 'Custom Design Form',
        description: 'Tell us what you have in mind',
        email: 'shop@example.com',
        subject: 'A custom design',
        created_at: at,
        updated_at: at,
      },
      responses: [
        { field_id: 'abcd1234', value: 'shopper@example.com', name: 'Your Email', input_type: 'EMAIL' },
      ],
      created_at: at,
      ...overrides,
    },
  }
}
