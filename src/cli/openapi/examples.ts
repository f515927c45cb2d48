/** Documented bodies; the tests send each of them to the bridge. */
export const DESIGN = {
  product: {
    product_id: 1,
    title: 'Custom Neon: Hello World',
    description: 'Text: Hello World\nColour: Warm white',
    price: 10000,
    customiser_id: 1,
    product_image_url: 'https://images.example/designs/1.png',
    created_at: '2024-01-01T00:00:00.000000Z',
    updated_at: '2024-01-01T00:00:00.000000Z',
  },
}

export const ORDER = {
  external_id: '1042',
  external_order_number: '#1042',
  currency: 'USD',
  shipping_line: 'Ground',
  customer: { first_name: 'Ada', last_name: 'Wren', email: 'ada@shop.example' },
  shipping_address: { address_1: '1 Wharf Rd', city: 'London', postcode: 'N1 7RW', country: 'GB' },
  products: [{ external_id: 'sc-1', quantity: 1, price: 10000 }],
}

export const IMPORT = { title: 'Bar', price: 9900, currency: 'USD' }

export const ORDER_CREATED = {
  order: { order_id: 7, external_id: '1042', external_order_number: '#1042', products: [{ product_id: 1 }] },
}

export const FORM_SUBMITTED = {
  form_submission: { submission_number: 12, type: 'custom_form_submission', responses: [] },
}

export const SHOPLINE_ORDER = {
  topic: 'order/create',
  resource: {
    id: '6380a1f2c3d4e5f601234567',
    order_number: '20240101000000001',
    status: 'pending',
    currency_iso: 'USD',
    subtotal_items: [
      {
        item_type: 'Product',
        item_id: 'sc-1',
        quantity: 1,
        item_price: { cents: 10000, currency_iso: 'USD' },
      },
    ],
  },
}
