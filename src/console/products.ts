import { html } from 'hono/html'
import type { Design } from '../catalogue/design.ts'
import type { ListQuery } from '../http/list-query.ts'
import type { Markup } from '../http/page.ts'
import type { Page } from '../ledger/page.ts'
import type { OrderName } from '../ledger/views.ts'
import { badge, moment, money } from './format.ts'
import { orderPath, pager, picture } from './layout.ts'

/** The designs that were given a product ID. `orders` are the newest that each is in. */
export function productsView(
  products: Page<Design>,
  orders: readonly (readonly OrderName[])[],
  query: ListQuery,
  asked: Record<string, string>,
): Markup {
  return html`<div class="head"><h1>Products</h1></div>
    <form class="filter" method="get" action="/console/products" role="search">
      <label>Product ID begins with
        <input type="search" name="q" value="${query.q ?? ''}" maxlength="255" autocomplete="off"></label>
      <button class="button quiet">Show</button>
    </form>
    ${
      products.items.length === 0
        ? html`<p class="card empty">No products here.</p>`
        : html`<ul class="products">${products.items.map((design, i) => productView(design, orders[i] ?? []))}</ul>`
    }
    ${pager('/console/products', asked, products.next)}`
}

const productView = (design: Design, orders: readonly OrderName[]) =>
  html`<li class="card">
    ${picture(design.image, null)}
    <div class="product"><h2>${design.title ?? 'Untitled sign'}</h2>
      <p class="price">${money(design.price, design.currency)}${
        design.compare_price === null || design.compare_price === design.price
          ? ''
          : html` <s class="muted">${money(design.compare_price, design.currency)}</s>`
      }</p>
      <p class="id">${design.external_id}</p>
      <p class="muted">${moment(design.received_at)} UTC${design.source === 'import' ? ', imported' : ''}</p>
      ${
        orders.length === 0
          ? html`<p class="muted">In no order</p>`
          : html`<ul class="within" aria-label="Orders it is in">${orders.map(
              ({ external_id, number, state }) =>
                html`<li><a href="${orderPath(external_id)}">${number}</a> ${badge(state)}</li>`,
            )}</ul>`
      }</div>
  </li>`
