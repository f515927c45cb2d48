import { html } from 'hono/html'
import type { Markup, Page } from '../http/page.ts'

/** The demo's page. Without `takesOrders` there is a cart, but nothing can be bought. */
export const demoPage = (takesOrders: boolean): Page => ({
  title: 'Lumen, neon signs made to order',
  scripts: ['/demo/script.js'],
  styles: ['/demo/style.css'],
  header: html`<header class="shop"><div class="bar"><a class="logo" href="/demo">Lumen</a>
    <span class="pill">Demo shop</span>
    <a class="button quiet" href="#cart">Cart <span id="count">0</span></a></div></header>`,
  main: html`<div class="hero"><h1>Say it in light.</h1>
      <p>Choose your words, see them glow, and we bend them in neon for your wall.</p></div>
    <section aria-label="Design your sign" class="designer${takesOrders ? '' : ' real'}">
      <script async src="/embed.js" data-cart="event"></script>
      <noscript><p class="card empty">The designer needs JavaScript.</p></noscript>
    </section>
    <section id="cart" class="purchase" aria-labelledby="cart-title">
      <div class="card pad">
        <h2 id="cart-title">Your cart</h2>
        <p id="empty" class="muted">Nothing in it yet. Your first sign will appear here.</p>
        <ul id="items"></ul>
        <p id="total" class="total" hidden><span>Total</span><strong></strong></p>
        <p id="news" role="status"></p>
      </div>
      ${takesOrders ? checkout : closed}
    </section>
    <section id="progress" class="card pad" aria-labelledby="progress-title" hidden>
      <h2 id="progress-title" tabindex="-1">Thank you!</h2>
      <p id="story" role="status"></p>
      <ol class="steps">
        <li id="step-received">Order received</li>
        <li id="step-sent">Handed to Sign Customiser</li>
        <li id="step-relayed">In production</li>
      </ol>
      <p class="muted">Operators see it in <a href="/console/orders">the console</a>.</p>
    </section>`,
})

const field = (name: string, label: string, value: string, more: Markup) =>
  html`<label class="field"><span>${label}</span><input name="${name}" value="${value}" required maxlength="200" ${more}></label>`

const checkout = html`<form id="checkout" class="card pad">
  <h2>Checkout</h2>
  <p class="muted">Nothing is charged or sent: the order goes to the sandbox on this machine.</p>
  <div class="fields">
    ${field('first_name', 'First name', 'Ada', html`autocomplete="given-name"`)}
    ${field('last_name', 'Last name', 'Lovelace', html`autocomplete="family-name"`)}
    ${field('email', 'E-mail', 'ada@example.com', html`type="email" autocomplete="email" class="wide"`)}
    ${field('address_1', 'Street', '12 Lamp Street', html`autocomplete="address-line1"`)}
    ${field('city', 'City', 'London', html`autocomplete="address-level2"`)}
    ${field('postcode', 'Postcode', 'SW1Y 4JH', html`autocomplete="postal-code"`)}
    ${field('country', 'Country', 'GB', html`autocomplete="country"`)}
  </div>
  <button class="button" disabled>Place order</button>
</form>`

const closed = html`<div class="card pad"><h2>Checkout</h2>
  <p class="muted">This is a demo: designs are real, but nothing can be bought here.</p></div>`
