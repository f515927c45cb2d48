import type { Input } from './input.ts'

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
