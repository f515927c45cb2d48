import { addToCart } from './cart.ts'
import { showCart } from './cart-view.ts'
import { listenToCheckout } from './checkout.ts'
import { find } from './page.ts'
import { listenToDesigner, signWith } from './signs.ts'

/** The demo shop's own script: what any shop that uses `data-cart="event"` has to do. */
document.addEventListener('sign:added', (event) => {
  if (!(event instanceof CustomEvent)) return
  const { external_id, product_id } = event.detail
  const sign = signWith(external_id, product_id)
  addToCart(external_id, sign)
  showCart()
  find('#news', HTMLElement).textContent = `${sign.title ?? 'Your sign'} is in your cart.`
  find('#cart', HTMLElement).scrollIntoView({ behavior: 'smooth', block: 'nearest' })
})

listenToDesigner()
const form = document.querySelector('#checkout')
if (form instanceof HTMLFormElement) listenToCheckout(form)
showCart()
