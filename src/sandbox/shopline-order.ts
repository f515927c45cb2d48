import type { ShoplineProduct } from './shopline-api.ts'
import { Literal, type Members } from './shopline-json.ts'

/** An order of the Open API, as far as its documentation goes: every amount of money has a `30.0` in it. */
export function shoplineOrder(
  id: string,
  product: ShoplineProduct,
  now: number,
  overrides: Members,
): Members {
  const at = new Date(now).toISOString()
  const number = at.replaceAll(/\D/g, '').slice(0, 16)
  const price = money(product.product.price)
  return {
    id,
    order_number: number,
    status: 'pending',
    created_by: 'shop',
    customer_name: '王小明',
    customer_email: 'ming@example.com',
    customer_phone: '0912345678',
    customer_phone_country_code: '886',
    currency_iso: 'USD',
    order_remarks: 'Light & bright <please>, 24/7',
    subtotal: price,
    total: price,
    order_payment: { status: 'pending', paid_at: null, payment_data: { '10': 'ten', '9': 'nine' } },
    order_delivery: { status: 'pending', name_translations: { 'zh-hant': '宅配', en: 'Home delivery' } },
    delivery_address: {
      recipient_name: '王小明',
      recipient_phone: '0912345678',
      recipient_phone_country_code: '886',
      country_code: 'TW',
      city: '台北市',
      postcode: '106',
      address_1: '信義路三段 1 號',
      address_2: '大安區',
    },
    subtotal_items: [
      { id: `${id}1`, item_type: 'Product', item_id: product.id, item_price: price, quantity: 1 },
      { id: `${id}2`, item_type: 'CustomProduct', item_price: money(1), quantity: 1 },
    ],
    created_at: at,
    updated_at: at,
    ...overrides,
  }
}

function money(dollars: number): Members {
  return {
    cents: Math.round(dollars * 100),
    currency_symbol: '$',
    currency_iso: 'USD',
    label: `$${dollars}`,
    dollars: Number.isInteger(dollars) ? new Literal(`${dollars}.0`) : dollars,
  }
}
