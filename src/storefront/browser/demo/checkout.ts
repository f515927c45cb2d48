import { readCart, writeCart } from './cart.ts'
import { showCart } from './cart-view.ts'
import { find } from './page.ts'
import { follow } from './progress.ts'

/** Sends the cart when the form is filled in, and follows the order. */
export function listenToCheckout(form: HTMLFormElement): void {
  const button = find('#checkout button', HTMLButtonElement)
  const news = find('#news', HTMLElement)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    news.textContent = ''
    try {
      const { external_id } = await place(new FormData(form))
      writeCart([])
      showCart()
      await follow(external_id)
    } catch (error) {
      console.error(error)
      news.textContent = 'The order could not be placed. Please try again.'
      showCart()
    }
  })
}

async function place(data: FormData): Promise<{ external_id: string }> {
  const text = (name: string) => `${data.get(name)}`
  const response = await fetch('/demo/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      items: readCart().map(({ external_id, quantity }) => ({ external_id, quantity })),
      customer: { first_name: text('first_name'), last_name: text('last_name'), email: text('email') },
      shipping_address: {
        address_1: text('address_1'),
        city: text('city'),
        postcode: text('postcode'),
        country: text('country'),
      },
    }),
  })
  if (!response.ok) throw new Error(`the bridge answered ${response.status}`)
  return response.json()
}
