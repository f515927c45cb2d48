import { html } from 'hono/html'
import type { Page } from '../http/page.ts'
import { PROBLEMS, type ProblemCode } from '../http/problem.ts'
import { NOTES } from './problem-notes.ts'

const codes = Object.keys(PROBLEMS) as ProblemCode[]

/** The page that lists all problems. */
export const listPage = (): Page => ({
  title: 'Problems',
  main: html`
      <h1>Problems</h1>
      <ul>${codes.map((code) => {
        const [status, title] = PROBLEMS[code]
        return html`
        <li><a href="/problems/${code}"><code>${code}</code></a> (${status}): ${title}</li>`
      })}
      </ul>
    `,
})

/** The pages to which the `type` of a problem leads: what it means and what to do, by code. */
export const problemPages = (): [ProblemCode, Page][] => codes.map((code) => [code, explained(code)])

function explained(code: ProblemCode): Page {
  const [status, title] = PROBLEMS[code]
  const { means, causes, todo } = NOTES[code]
  return {
    title,
    main: html`
      <h1>${title}</h1>
      <p>HTTP ${status}, <code>${code}</code>. ${means}</p>
      <h2>What usually causes it</h2>
      <ul>${causes.map(
        (cause) => html`
        <li>${cause}</li>`,
      )}
      </ul>
      <h2>What to do</h2>
      <p>${todo}</p>
      <p><a href="/problems">All problems</a></p>
    `,
  }
}
