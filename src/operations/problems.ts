import { html } from 'hono/html'
import { Routes } from '../http/app.ts'
import { page } from '../http/page.ts'
import { refuse } from '../http/refuse.ts'

/** What is asked of `/problems` beyond the pages in `src/public`: there is none of that name. Browsers are told so by a page. */
export const problems = new Routes().get('/:code', (c) => {
  const wantsPage = c.req.header('accept')?.includes('text/html')
  if (!wantsPage) return refuse(c, { code: 'not-found', detail: 'There is no problem of this name.' })
  c.var.line.code = 'not-found'
  return page(c, { title: 'No such problem', main }, 404)
})

const main = html`
      <h1>No such problem</h1>
      <p>The bridge has no problem of this name.</p>
      <p><a href="/problems">All problems</a></p>
    `
