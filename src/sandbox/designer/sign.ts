import { GLYPHS } from './glyphs.ts'

/** What a shopper chooses. */
export interface Sign {
  text: string
  font: Font
  colour: Colour
  size: Size
}

export const FONTS = ['Tube', 'Slant', 'Wide', 'Double'] as const
export type Font = (typeof FONTS)[number]

export const COLOURS = {
  Pink: '#ff5fa2',
  Red: '#ff4d4d',
  Yellow: '#ffd84a',
  Green: '#5dffa0',
  'Ice blue': '#6fe3ff',
  Purple: '#b892ff',
  'Warm white': '#ffe6bf',
} as const
export type Colour = keyof typeof COLOURS

/** Width in centimetres, and what a sign of it costs with and for each letter, in minor units. */
export const SIZES = {
  Small: { width: 60, base: 9_900, letter: 900 },
  Medium: { width: 90, base: 14_900, letter: 1_400 },
  Large: { width: 120, base: 21_900, letter: 2_100 },
} as const
export type Size = keyof typeof SIZES

export const LONGEST_TEXT = 18

/** The text as it is bent: capitals, accents dropped, nothing that has no glyph. */
export const bendable = (text: string): string =>
  [...text.normalize('NFD').toUpperCase()]
    .filter((char) => Object.hasOwn(GLYPHS, char))
    .join('')
    .replace(/ +/g, ' ')
    .slice(0, LONGEST_TEXT)

/** The price in minor units. */
export function priceOf({ text, size, font }: Sign): number {
  const { base, letter } = SIZES[size]
  const letters = bendable(text).replaceAll(' ', '').length
  return base + letters * letter * (font === 'Double' ? 2 : 1)
}

export const titleOf = ({ text }: Sign) => `Custom Neon: ${bendable(text).trim()}`

export const descriptionOf = ({ text, font, colour, size }: Sign) =>
  `Text: ${bendable(text).trim()}\nFont: ${font}\nColour: ${colour}\nSize: ${size}, ${SIZES[size].width} cm wide`
