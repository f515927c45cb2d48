/** Why a sign did not get into the cart. The codes are for the shop's own script. */
export type Failure = 'designer-not-loaded' | 'no-product' | 'not-found' | 'cart-failed'

export const WORDS: Record<Failure | 'busy' | 'added', string> = {
  'designer-not-loaded': 'The sign designer could not be loaded. Please reload the page.',
  'no-product': 'Your sign could not be read. Please try again.',
  'not-found': 'Your sign was saved, but the shop has not received it yet.',
  'cart-failed': 'Your sign could not be put in the cart.',
  busy: 'Putting your sign in the cart…',
  added: 'Your sign is in the cart.',
}

/** A line of words below the designer, which screen readers read out. */
export class Words {
  readonly #line = document.createElement('p')

  constructor() {
    this.#line.className = 'sign-customiser-words'
  }

  inform(below: Element, words: string): void {
    this.#show(below, 'status', words)
  }

  /** With a button where trying again may help. */
  complain(below: Element, words: string, again: (() => void) | null): void {
    this.#show(below, 'alert', words)
    if (again === null) return
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Try again'
    button.addEventListener('click', again)
    this.#line.append(' ', button)
  }

  clear(): void {
    this.#line.remove()
  }

  #show(below: Element, role: string, words: string): void {
    this.#line.setAttribute('role', role)
    if (!this.#line.isConnected) below.after(this.#line)
    this.#line.textContent = words
  }
}
