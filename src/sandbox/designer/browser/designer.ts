import { drawing } from '../drawing.ts'
import { bendable, COLOURS, FONTS, priceOf, SIZES, type Sign } from '../sign.ts'

const form = find('form', HTMLFormElement)
const preview = find('#preview', HTMLImageElement)
const price = find('#price', HTMLElement)
const words = find('#words', HTMLElement)
const button = find('button', HTMLButtonElement)
const page = new URLSearchParams(location.search).get('page') ?? location.origin

function find<E extends Element>(selector: string, kind: new () => E): E {
  const found = document.querySelector(selector)
  if (found instanceof kind) return found
  throw new Error(`the designer lacks ${selector}`)
}

const isKey = <T extends object>(key: string, of: T): key is Extract<keyof T, string> =>
  Object.hasOwn(of, key)

function chosen(): Sign {
  const data = new FormData(form)
  const colour = `${data.get('colour')}`
  const size = `${data.get('size')}`
  return {
    text: `${data.get('text')}`,
    font: FONTS.find((font) => font === data.get('font')) ?? 'Tube',
    colour: isKey(colour, COLOURS) ? colour : 'Pink',
    size: isKey(size, SIZES) ? size : 'Medium',
  }
}

function show(): void {
  const sign = chosen()
  preview.src = `data:image/svg+xml,${encodeURIComponent(drawing(sign))}`
  preview.alt = `Preview: ${bendable(sign.text)} in ${sign.colour}, ${sign.font}`
  price.textContent = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' }).format(
    priceOf(sign) / 100,
  )
  const isEmpty = bendable(sign.text).trim() === ''
  button.disabled = isEmpty
  words.textContent = isEmpty ? 'Type what your sign should say.' : ''
}

/** Has the design made; the sandbox tells the bridge before it answers, as Sign Customiser presumably does. */
async function finish(): Promise<void> {
  button.disabled = true
  words.textContent = 'Making your design…'
  try {
    const response = await fetch('/designer/designs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(chosen()),
    })
    if (!response.ok) throw new Error(`the designer was answered ${response.status}`)
    const { product } = await response.json()
    parent.postMessage({ type: 'sc:product:created', product }, page)
    words.textContent = 'Your design is finished.'
  } catch (error) {
    console.error(error)
    words.textContent = 'That did not work. Please try again.'
  } finally {
    button.disabled = false
  }
}

form.addEventListener('input', show)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void finish()
})
new ResizeObserver(() =>
  parent.postMessage({ type: 'sandbox:height', height: document.body.offsetHeight }, page),
).observe(document.body)
show()
