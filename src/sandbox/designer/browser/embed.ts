/**
 * Plays the vendor's embed script: `<sign-customiser-embed>` shows the designer in a frame of the sandbox. What the real one does
 * inside is not documented; the element, its attributes and the message `sc:product:created` are.
 */
const home =
  document.currentScript instanceof HTMLScriptElement ? new URL(document.currentScript.src).origin : ''

class SignCustomiserEmbed extends HTMLElement {
  readonly #frame = document.createElement('iframe')

  connectedCallback(): void {
    const { customiserId, integrationId } = {
      customiserId: this.getAttribute('customiser-id') ?? '',
      integrationId: this.getAttribute('integration-id') ?? '',
    }
    const query = new URLSearchParams({ page: location.origin, customiserId, integrationId })
    this.#frame.title = 'Sign designer'
    this.#frame.src = `${home}/designer?${query}`
    this.#frame.style.cssText = 'display:block;width:100%;height:640px;border:0;border-radius:16px'
    this.style.display = 'block'
    this.replaceChildren(this.#frame)
    addEventListener('message', this.#fit)
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.#fit)
  }

  /** The frame is as high as its content says. */
  readonly #fit = ({ source, data }: MessageEvent): void => {
    if (source !== this.#frame.contentWindow || data?.type !== 'sandbox:height') return
    this.#frame.style.height = `${Number(data.height)}px`
  }
}

customElements.define('sign-customiser-embed', SignCustomiserEmbed)
