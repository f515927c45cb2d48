import { html } from 'hono/html'
import { Routes } from '../http/app.ts'
import { page } from '../http/page.ts'
import { isShown } from './demo.ts'

/** What this is, for whoever opens the bridge's address in a browser. */
export const home = new Routes().get('/', (c) => {
  const main = html`<div class="home">
    <h1>Sign Customiser Bridge</h1>
    <p class="lead">It joins an online store to Sign Customiser: each finished design gets a product ID in the store, and each
      order for one is handed to the factory side once, and never lost.</p>
    <ul class="links">
      ${isShown(c.env) ? link('/demo', 'Demo shop', 'Design a sign, put it in the cart, buy it.') : ''}
      ${link('/console', 'Console', 'For who looks after the orders. It asks for a password.')}
      ${link('/openapi.json', 'OpenAPI', 'Every route for programs.')}
      ${link('/problems', 'Problems', 'What each error means and what to do.')}
      ${link('/ready', 'Ready?', 'What is missing, should anything be.')}
      ${link('/embed.js', 'embed.js', 'The script for a shop’s page.')}
    </ul></div>`
  return page(c, { title: 'Sign Customiser Bridge', main })
})

const link = (href: string, name: string, words: string) =>
  html`<li class="card"><a href="${href}">${name}</a><span class="muted">${words}</span></li>`
