import { Routes } from './app.ts'
import { kept } from './kept.ts'

/** A stylesheet, asked for by its tag each time, so that a page never meets that of another version. */
export const stylesheet = (text: string) =>
  new Routes().get('/', (c) =>
    kept(c, text, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }),
  )

/** A lit letter, for the browser's tab. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#171922"/>' +
  '<path d="M20.5 10.5C19 6.5 10.5 7 11 12c.4 4.6 10.4 3 10.4 8.3 0 5-9.4 5.3-11 .6" fill="none" stroke="#ff5fa2" ' +
  'stroke-width="3" stroke-linecap="round"/></svg>'

export const icon = new Routes().get('/', (c) =>
  kept(c, ICON, { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' }),
)
