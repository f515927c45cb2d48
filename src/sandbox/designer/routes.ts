import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { errorsOf, type Input, invalid, isInput, readJson } from '../input.ts'
import { product } from '../payloads.ts'
import { signedPost } from '../signed-post.ts'
import { drawing } from './drawing.ts'
import { text as style } from './generated/designer.css.ts'
import { text as script } from './generated/designer.ts'
import { text as embed } from './generated/embed.ts'
import { designerPage } from './page.ts'
import { bendable, COLOURS, descriptionOf, FONTS, LONGEST_TEXT, priceOf, SIZES, titleOf } from './sign.ts'

interface DesignerOptions {
  integrationSecret: string
  createProductUrl: string
  /** The designs by the ID that the bridge gave them. */
  designs: Map<unknown, Input>
  freshId: () => number
  now: () => number
}

const keysOf = <T extends object>(of: T) => Object.keys(of) as Extract<keyof T, string>[]

const signSchema = v.object({
  text: v.pipe(
    v.string('must be a string'),
    v.maxLength(LONGEST_TEXT, 'is too long'),
    v.check((text) => bendable(text).trim() !== '', 'must hold something that can be bent'),
  ),
  font: v.picklist(FONTS, 'is not offered'),
  colour: v.picklist(keysOf(COLOURS), 'is not offered'),
  size: v.picklist(keysOf(SIZES), 'is not offered'),
})

/** The embed script and what it shows: a small designer of neon signs, which needs nothing from the internet. */
export function designer({
  integrationSecret,
  createProductUrl,
  designs,
  freshId,
  now,
}: DesignerOptions): Hono {
  return (
    new Hono()
      .get('/sign-customiser-embed.js', (c) => asset(c, embed, 'text/javascript'))
      .get('/designer/script.js', (c) => asset(c, script, 'text/javascript'))
      .get('/designer/style.css', (c) => asset(c, style, 'text/css'))
      .get('/designer', (c) => c.html(designerPage, 200, { 'content-security-policy': POLICY }))

      .get('/designer/picture.svg', (c) => {
        const sign = v.safeParse(signSchema, c.req.query())
        if (!sign.success) return invalid(errorsOf(sign.issues))
        return asset(c, drawing(sign.output), 'image/svg+xml')
      })

      // The shopper's page hears of the design once the bridge has answered; which comes first in earnest is not documented.
      .post('/designer/designs', async (c) => {
        const parsed = v.safeParse(signSchema, await readJson(c.req.raw))
        if (!parsed.success) return invalid(errorsOf(parsed.issues))
        const sign = parsed.output
        const design = product(freshId(), now(), {
          title: titleOf(sign),
          description: descriptionOf(sign),
          description_html: `<p>${descriptionOf(sign).replaceAll('\n', '</p>\n<p>')}</p>`.replaceAll(
            '&',
            '&amp;',
          ),
          price: priceOf(sign),
          compare_price: null,
          product_image_url: new URL(`/designer/picture.svg?${new URLSearchParams(sign)}`, c.req.url).href,
          uploads: [],
        })
        const answer = await signedPost(createProductUrl, integrationSecret, { product: design }, now())
        if (answer?.status !== 200) return c.json({ message: 'The bridge did not take the design.' }, 502)
        if (isInput(answer.body)) designs.set(answer.body.external_id, design)
        return c.json({ product: design })
      })
  )
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; " +
  'frame-ancestors http://127.0.0.1:* http://localhost:*'

const asset = (c: Context, text: string, type: string) =>
  c.body(text, 200, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  })
