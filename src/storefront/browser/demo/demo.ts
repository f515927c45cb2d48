import { addToCart, product } from './cart.ts'
import { showCart } from './cart-view.ts'
import { listenToCheckout } from './checkout.ts'
import { find } from './page.ts'

/** The demo shop's own script: what any shop that uses `data-cart="event"` has to do. */
document.addEventListener('sign:added', async (event) => {
  if (!(event instanceof CustomEvent)) return
  const { external_id } = event.detail
  addToCart(external_id)
  await showCart()
  const added = await product(external_id)
  find('#news', HTMLElement).textContent = `${added?.title ?? 'Your sign'} is in your cart.`
  find('#cart', HTMLElement).scrollIntoView({ behavior: 'smooth', block: 'nearest' })
})

const form = document.querySelector('#checkout')
if (form instanceof HTMLFormElement) listenToCheckout(form)
void showCart()
