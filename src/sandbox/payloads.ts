import { type Input, isInput, linesOf } from './input.ts'

/** A design as the vendor's `product:created` documents it, under an ID of its own; `overrides` replace its fields. */
export function product(product_id: number, now: number, overrides: Input): Input {
  const at = new Date(now).toISOString().replace('Z', '000Z')
  return {
    product_id,
    title: 'Custom Neon: Hello World',
    description: 'Text: Hello World\nColour: Red\nFont: Comics',
    description_html: '<p>Text: Hello World</p>\n<p>Colour: Red</p>\n<p>Font: Comics</p>',
    external_id: null,
    external_data: {},
    price: 10_000,
    compare_price: 15_000,
    customiser_id: 1,
    logo_upload_id: null,
    product_image_url: 'https://d1no4rdxmwcuog.cloudfront.net/default/app-images/demonstration_image_1.jpg',
    uploads: [
      {
        url: 'https://d1no4rdxmwcuog.cloudfront.net/default/app-images/demonstration_image_1.jpg',
        type: 'product_image',
      },
    ],
    created_at: at,
    updated_at: at,
    ...overrides,
  }
}

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
