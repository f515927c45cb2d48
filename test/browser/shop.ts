import { Hono } from 'hono'
import { html, raw } from 'hono/html'

/** What reached the shop's own server. */
export interface Received {
  path: string
  headers: Record<string, string>
  body: unknown
}

/** What the shop answers under `/files/`. */
export interface ShopFile {
  body: string
  headers: Record<string, string>
}

/**
 * A shop's server: a page that uses `embed.js` with the attributes in its query, files that tests put there, carts that remember
 * what was put in them, and a frame that tells its parent whatever it is told to.
 */
export function shop(bridgeUrl: string): Hono {
  const received: Received[] = []
  const files = new Map<string, ShopFile>()
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
    .post('/slashed', (c) => c.redirect('/slashed/', 308))
    .post('/slashed/', (c) => take(c.req.raw))
    .post('/guarded', (c) => c.redirect('/login'))
    .post('/routed', (c) => c.redirect('/routed?to=login'))
    .get('/routed', (c) => c.html('<!doctype html><title>Sign in</title>'))
    .get('/login', (c) => c.html('<!doctype html><title>Sign in</title>'))
    .get('/basket', (c) => c.html('<!doctype html><title>Basket</title>'))
    .post('/api/merchants/m1/cart/items', (c) => take(c.req.raw))
    .put('/files/:name', async (c) => {
      files.set(c.req.param('name'), (await c.req.json()) as ShopFile)
      return c.body(null, 204)
    })
    .get('/files/:name', (c) => {
      const file = files.get(c.req.param('name'))
      return file ? c.body(file.body, 200, file.headers) : c.notFound()
    })
    .get('/received', (c) => c.json(received))
    .post('/fail', (c) => {
      failures = Number(c.req.query('times'))
      return c.body(null, 204)
    })
}

/** Keeps what `embed.js` tells the page. */
export const RECORDER = `<script>
  window.told = []
  for (const type of ['sign:added', 'sign:failed'])
    addEventListener(type, (event) => told.push({ type, ...event.detail }))
</script>`

const page = (bridgeUrl: string, attributes: Record<string, string>) => html`<!doctype html>
<title>A shop</title>
<meta name="csrf-token" content="csrf-1">
${raw(RECORDER)}
<main><script async src="${bridgeUrl}/embed.js" ${raw(
  Object.entries(attributes)
    .map(([name, value]) => `data-${name}="${value.replaceAll('"', '&quot;')}"`)
    .join(' '),
)}></script></main>`
