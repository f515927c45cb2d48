import { GLYPHS } from './glyphs.ts'
import { bendable, COLOURS, type Font, SIZES, type Sign } from './sign.ts'

const WIDTH = 640
const HEIGHT = 480
const GAP = 2.4
/** How much of the wall the largest sign takes up. */
const LARGEST = 0.8

/** Letters side by side as one path, and its width. Nothing of the text itself gets into the picture. */
function tube(text: string): { path: string; width: number } {
  let x = 0
  let path = ''
  for (const char of text) {
    const [width, shape] = GLYPHS[char] ?? [0, '']
    path += `<path transform="translate(${x.toFixed(2)} 0)" d="${shape}"/>`
    x += width + GAP
  }
  return { path, width: Math.max(x - GAP, 1) }
}

const SKEWED: Record<Font, string> = { Tube: '', Slant: ' skewX(-14)', Wide: ' scale(1.3 1)', Double: '' }

/** The sign on a wall at night, as an SVG document. */
export function drawing(sign: Sign): string {
  const { path, width } = tube(bendable(sign.text).trim())
  const colour = COLOURS[sign.colour]
  const stretch = sign.font === 'Wide' ? 1.3 : 1
  const share = (LARGEST * SIZES[sign.size].width) / SIZES.Large.width
  const scale = Math.min((WIDTH * share) / (width * stretch), (HEIGHT * share * 0.55) / 10)
  const lean = sign.font === 'Slant' ? 1.2 * scale : 0
  const x = (WIDTH - width * stretch * scale) / 2 + lean
  const y = (HEIGHT - 10 * scale) / 2 - 14
  const place = `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(3)})${SKEWED[sign.font]}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">
<defs>
<radialGradient id="wall" cx="50%" cy="45%" r="75%"><stop offset="0" stop-color="#2b2d3b"/><stop offset="1" stop-color="#101118"/></radialGradient>
<pattern id="bricks" width="72" height="48" patternUnits="userSpaceOnUse"><path d="M0 0H72M0 24H72M18 0V24M54 24V48" stroke="#000" stroke-opacity=".28" stroke-width="1.6"/></pattern>
<filter id="glow" x="-30%" y="-60%" width="160%" height="220%"><feGaussianBlur stdDeviation="1.5"/></filter>
<g id="tube" fill="none" stroke-linecap="round" stroke-linejoin="round">${path}</g>
</defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#wall)"/><rect width="${WIDTH}" height="${HEIGHT}" fill="url(#bricks)"/>
<g transform="${place}">
<use href="#tube" stroke="${colour}" stroke-width="3.2" opacity=".5" filter="url(#glow)"/>
<use href="#tube" stroke="#000" stroke-opacity=".45" stroke-width=".9" transform="translate(.25 .5)"/>
${sign.font === 'Double' ? doubled(colour) : single(colour)}
</g>
</svg>`
}

const single = (colour: string) =>
  `<use href="#tube" stroke="${colour}" stroke-width=".95"/><use href="#tube" stroke="#fff" stroke-opacity=".88" stroke-width=".38"/>`

const doubled = (colour: string) =>
  `<use href="#tube" stroke="${colour}" stroke-width="1.7"/><use href="#tube" stroke="#fff" stroke-opacity=".8" stroke-width="1.2"/>
<use href="#tube" stroke="#1d1e29" stroke-width=".75"/>`
