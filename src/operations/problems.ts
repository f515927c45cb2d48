import { html } from 'hono/html'
import { Routes } from '../http/app.ts'
import { type Markup, page } from '../http/page.ts'
import { PROBLEMS, type ProblemCode } from '../http/problem.ts'
import { refuse } from '../http/refuse.ts'
import { NOTES } from './problem-notes.ts'

/** Where the `type` of a problem leads: what it means and what to do. */
export const problems = new Routes()
  .get('/', (c) => page(c, { title: 'Problems', main: list }))
  .get('/:code', (c) => {
    const code = c.req.param('code')
    if (!isCode(code)) return refuse(c, { code: 'not-found', detail: 'There is no problem of this name.' })
    const [, title] = PROBLEMS[code]
    return page(c, { title, main: explained(code) })
  })

const isCode = (text: string): text is ProblemCode => Object.hasOwn(PROBLEMS, text)

const list = html`<h1>Problems</h1>
<ul>${Object.entries(PROBLEMS).map(
  ([code, [status, title]]) =>
    html`<li><a href="/problems/${code}"><code>${code}</code></a> (${status}): ${title}</li>`,
)}</ul>`

function explained(code: ProblemCode): Markup {
  const [status, title] = PROBLEMS[code]
  const { means, causes, todo } = NOTES[code]
  return html`<h1>${title}</h1>
<p>HTTP ${status}, <code>${code}</code>. ${means}</p>
<h2>What usually causes it</h2>
<ul>${causes.map((cause) => html`<li>${cause}</li>`)}</ul>
<h2>What to do</h2>
<p>${todo}</p>
<p><a href="/problems">All problems</a></p>`
}
