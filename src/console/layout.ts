import { html } from 'hono/html'
import type { AppContext } from '../http/app.ts'
import { type Markup, page } from '../http/page.ts'
import { isSandboxed } from '../http/transport.ts'

const SECTIONS = {
  '': 'Overview',
  '/orders': 'Orders',
  '/products': 'Products',
  '/events': 'Events',
} as const
export type Section = keyof typeof SECTIONS

/**
 * A page of the console. Pictures come from wherever Sign Customiser keeps them. Only the sandbox keeps them on this machine:
 * elsewhere a picture's address must not have the operator's browser ask what runs beside it.
 */
export function consolePage(
  c: AppContext,
  { section, title, main }: { section: Section; title: string; main: Markup },
): Promise<Response> {
  const links = Object.entries(SECTIONS).map(
    ([path, name]) =>
      html`<a href="/console${path}" ${path === section ? html`aria-current="page"` : ''}>${name}</a>`,
  )
  return page(c, {
    title: `${title} · Sign Customiser Bridge`,
    header: html`<header class="top"><div class="bar"><a class="brand" href="/console">Sign Customiser Bridge</a>
      <nav aria-label="Console">${links}</nav></div></header>`,
    main,
    styles: ['/console/style.css'],
    images: isSandboxed(c) ? 'https: http://127.0.0.1:* http://localhost:* data:' : 'https: data:',
  })
}

/** The address of an order's page. */
export const orderPath = (externalId: string) => `/console/orders/${encodeURIComponent(externalId)}`

/** A design's picture, from any address that can be one; nothing else is put into a page. */
export function picture(image: string | null, title: string | null): Markup {
  const isUsable = image !== null && /^(https?:|data:image\/)/i.test(image)
  if (!isUsable) return html`<span class="picture none"></span>`
  return html`<img class="picture" src="${image}" alt="${title ?? ''}" loading="lazy" referrerpolicy="no-referrer">`
}

/** The links below a list: to its beginning when it does not show that, and to what is older. */
export function pager(path: string, query: Record<string, string>, next: number | null): Markup {
  const { cursor, ...rest } = query
  const link = (more: Record<string, string>, words: string) =>
    html`<a class="button quiet" href="${path}?${new URLSearchParams({ ...rest, ...more }).toString()}">${words}</a>`
  return html`<nav class="pager" aria-label="Pages">
    ${cursor === undefined ? '' : link({}, 'Newest')}
    ${next === null ? '' : link({ cursor: `${next}` }, 'Older')}
  </nav>`
}
