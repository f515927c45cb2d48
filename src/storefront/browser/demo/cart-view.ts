import { type Item, readCart, setQuantity } from './cart.ts'
import { find, make } from './page.ts'
import { SETTINGS } from './signs.ts'

/** Shows the cart as it is now. */
export function showCart(): void {
  const items = readCart()
  find('#items', HTMLElement).replaceChildren(...items.map(row))
  find('#count', HTMLElement).textContent = `${items.reduce((sum, { quantity }) => sum + quantity, 0)}`
  find('#empty', HTMLElement).hidden = items.length > 0
  const total = totalOf(items)
  find('#total', HTMLElement).hidden = total === null
  find('#total strong', HTMLElement).textContent = total === null ? '' : money(total)
  const button = document.querySelector('#checkout button')
  if (button instanceof HTMLButtonElement) button.disabled = items.length === 0
}

/** In minor units; null when there is nothing, or something whose price the designer did not tell. */
function totalOf(items: readonly Item[]): number | null {
  const prices = items.flatMap(({ sign, quantity }) =>
    typeof sign?.price === 'number' ? [sign.price * quantity] : [],
  )
  return items.length > 0 && prices.length === items.length
    ? prices.reduce((sum, price) => sum + price)
    : null
}

function row(item: Item): HTMLElement {
  const { title, price = null, image } = item.sign ?? {}
  const name = title ?? 'Your sign'
  const picture = make('img', 'picture')
  picture.alt = ''
  if (image) picture.src = image
  return make(
    'li',
    'item',
    picture,
    make('div', 'what', make('strong', '', name), make('span', 'muted', price === null ? '' : money(price))),
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
    showCart()
  })
  return button
}

/** A price in words, from minor units of the currency. */
function money(minor: number): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: SETTINGS.currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
