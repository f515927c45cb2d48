/** An element that the page must have. */
export function find<E extends Element>(selector: string, kind: new () => E): E {
  const found = document.querySelector(selector)
  if (found instanceof kind) return found
  throw new Error(`the page lacks ${selector}`)
}

/** A new element with a class and what is in it; text is put in as text. */
export function make<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag)
  element.className = className
  element.append(...children)
  return element
}
