import { type Item, type Product, product, readCart, setQuantity } from './cart.ts'
import { find, make } from './page.ts'

/** Shows the cart as it is now. */
export async function showCart(): Promise<void> {
  const items = readCart()
  const products = await Promise.all(items.map(({ external_id }) => product(external_id)))
  const lines = items.flatMap((item, i) => {
    const found = products[i]
    return found ? [{ item, found }] : []
  })

  find('#items', HTMLElement).replaceChildren(...lines.map(({ item, found }) => row(item, found)))
  find('#count', HTMLElement).textContent = `${items.reduce((sum, { quantity }) => sum + quantity, 0)}`
  find('#empty', HTMLElement).hidden = lines.length > 0
  const total = find('#total', HTMLElement)
  total.hidden = lines.length === 0
  const [first] = lines
  if (first) {
    const sum = lines.reduce((all, { item, found }) => all + (found.price ?? 0) * item.quantity, 0)
    find('#total strong', HTMLElement).textContent = money(sum, first.found.currency)
  }
  const button = document.querySelector('#checkout button')
  if (button instanceof HTMLButtonElement) button.disabled = lines.length === 0
}

function row(item: Item, { title, price, currency, image }: Product): HTMLElement {
  const name = title ?? 'Your sign'
  const picture = make('img', 'picture')
  picture.alt = ''
  if (image) picture.src = image
  return make(
    'li',
    'item',
    picture,
    make(
      'div',
      'what',
      make('strong', '', name),
      make('span', 'muted', price === null ? '' : money(price, currency)),
    ),
    make(
      'div',
      'quantity',
      step(item, -1, '−', `One less of ${name}`),
      make('span', '', `${item.quantity}`),
      step(item, 1, '+', `One more of ${name}`),
    ),
  )
}

function step({ external_id, quantity }: Item, by: number, sign: string, label: string): HTMLButtonElement {
  const button = make('button', 'step', sign)
  button.type = 'button'
  button.setAttribute('aria-label', label)
  button.addEventListener('click', () => {
    setQuantity(external_id, quantity + by)
    void showCart()
  })
  return button
}

/** A price in words, from minor units of its currency. */
function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
