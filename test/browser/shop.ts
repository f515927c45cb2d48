import { Hono } from 'hono'
import { html, raw } from 'hono/html'

/** What reached the shop's own server. */
export interface Received {
  path: string
  headers: Record<string, string>
  body: unknown
}

/**
 * A shop's server: a page that uses `embed.js` with the attributes in its query, carts that remember what was put in them, and a
 * frame that tells its parent whatever it is told to.
 */
export function shop(bridgeUrl: string): Hono {
  const received: Received[] = []
  let failures = 0
  const take = async (request: Request) => {
    if (failures > 0) {
      failures--
      return Response.json({}, { status: 500 })
    }
    const body: unknown = await request.json()
    received.push({ path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers), body })
    return Response.json({})
  }
  return new Hono()
    .get('/', (c) => c.html(page(bridgeUrl, c.req.query())))
    .get('/frame', (c) =>
      c.html(
        `<script>parent.postMessage(JSON.parse(${JSON.stringify(c.req.query('say') ?? 'null')}), '*')</script>`,
      ),
    )
    .get('/form', (c) =>
      c.html(html`<form method="post" action="${c.req.query('action') ?? ''}"><button>Win</button></form>`),
    )
    .post('/cart', (c) => take(c.req.raw))
    .post('/api/merchants/m1/cart/items', (c) => take(c.req.raw))
    .get('/received', (c) => c.json(received))
    .post('/fail', (c) => {
      failures = Number(c.req.query('times'))
      return c.body(null, 204)
    })
}

const page = (bridgeUrl: string, attributes: Record<string, string>) => html`<!doctype html>
<title>A shop</title>
<meta name="csrf-token" content="csrf-1">
<script>
  window.told = []
  for (const type of ['sign:added', 'sign:failed'])
    addEventListener(type, (event) => told.push({ type, ...event.detail }))
</script>
<main><script async src="${bridgeUrl}/embed.js" ${raw(
  Object.entries(attributes)
    .map(([name, value]) => `data-${name}="${value.replaceAll('"', '&quot;')}"`)
    .join(' '),
)}></script></main>`
