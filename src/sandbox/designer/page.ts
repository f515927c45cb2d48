import { html } from 'hono/html'
import { COLOURS, FONTS, LONGEST_TEXT, SIZES } from './sign.ts'

const choice = (name: string, value: string, isFirst: boolean, label: ReturnType<typeof html>) =>
  html`<label><input type="radio" name="${name}" value="${value}" ${isFirst ? html`checked` : ''}>${label}</label>`

/** The designer, to be shown in a frame. */
export const designerPage = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sign designer</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/designer/style.css">
    <script type="module" src="/designer/script.js"></script>
  </head>
  <body>
    <div class="stage"><img id="preview" alt=""></div>
    <form>
      <label><span class="label">Your words</span>
        <input type="text" name="text" value="Hello ♥" maxlength="${LONGEST_TEXT}" autocomplete="off"></label>
      <fieldset><legend>Font</legend><div class="choices">${FONTS.map((font, i) =>
        choice('font', font, i === 0, html`<span>${font}</span>`),
      )}</div></fieldset>
      <fieldset><legend>Colour</legend><div class="choices">${Object.keys(COLOURS).map((colour, i) =>
        choice(
          'colour',
          colour,
          i === 0,
          html`<span class="swatch ${colour.toLowerCase().replace(' ', '-')}" role="img" aria-label="${colour}"></span>`,
        ),
      )}</div></fieldset>
      <fieldset><legend>Size</legend><div class="choices">${Object.entries(SIZES).map(
        ([size, { width }], i) => choice('size', size, i === 1, html`<span>${size}, ${width} cm</span>`),
      )}</div></fieldset>
      <div class="pay"><output id="price"></output><button>Add to cart</button></div>
      <p id="words" role="status"></p>
    </form>
  </body>
</html>
`
