/** Why a sign did not get into the cart. The codes are for the shop's own script. */
export type Failure = 'designer-not-loaded' | 'blocked' | 'no-product' | 'not-found' | 'cart-failed'

export const WORDS: Record<Failure | 'busy' | 'added', string> = {
  'designer-not-loaded': 'The sign designer could not be loaded. Please reload the page.',
  blocked: 'The sign designer could not be loaded in full.',
  'no-product': 'Your sign could not be read. Please try again.',
  'not-found': 'Your sign was saved, but the shop has not received it yet.',
  'cart-failed': 'Your sign could not be put in the cart.',
  busy: 'Putting your sign in the cart…',
  added: 'Your sign is in the cart.',
}

/** A line of words for the shopper, which screen readers read out. */
export interface Words {
  inform(words: string): void
  /** With a button where trying again may help. */
  complain(words: string, again: (() => void) | null): void
  clear(): void
}

/** Words that stand below an element, or at the page's end where there is none. */
export function wordsBelow(element: () => Element | undefined): Words {
  const line = document.createElement('p')
  line.className = 'sign-customiser-words'

  function show(role: string, words: string): void {
    line.setAttribute('role', role)
    line.textContent = words
    if (line.isConnected) return
    const above = element()
    if (above) above.after(line)
    else document.body.append(line)
  }

  return {
    inform: (words) => show('status', words),
    complain(words, again) {
      show('alert', words)
      if (again === null) return
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = 'Try again'
      button.addEventListener('click', again)
      line.append(' ', button)
    },
    clear: () => line.remove(),
  }
}
