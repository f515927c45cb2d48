import { createHmac, timingSafeEqual } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import express, { type NextFunction, type Request, type Response } from 'express'
import { listen } from './listen.ts'

/** Express with the bridge's promise: nothing is answered before it is committed, to stay through a power cut. */
const {
  DATABASE = '',
  SIGN_CUSTOMISER_API_TOKEN = '',
  SIGN_CUSTOMISER_API_URL = '',
  SIGN_CUSTOMISER_INTEGRATION_ID = '',
  SIGN_CUSTOMISER_INTEGRATION_SECRET = '',
  STORE_API_TOKEN = '',
} = process.env

const db = new DatabaseSync(DATABASE)
db.exec('PRAGMA journal_mode = WAL')
db.exec('PRAGMA synchronous = FULL')
db.exec(`
  CREATE TABLE designs (external_id TEXT PRIMARY KEY, signed TEXT NOT NULL) STRICT;
  CREATE TABLE orders (
    external_id TEXT PRIMARY KEY, state TEXT NOT NULL, remote_id INTEGER, body TEXT NOT NULL
  ) STRICT`)
const putDesign = db.prepare('INSERT OR REPLACE INTO designs (external_id, signed) VALUES (?, ?)')
const findDesign = db.prepare('SELECT 1 FROM designs WHERE external_id = ?')
const addOrder = db.prepare(
  `INSERT INTO orders (external_id, state, body) VALUES (?, 'sending', ?) ON CONFLICT DO NOTHING`,
)
const settleOrder = db.prepare('UPDATE orders SET state = ?, remote_id = ? WHERE external_id = ?')

const app = express()

const raw = express.raw({ type: 'application/json', limit: '1mb' })
app.post('/sign-customiser/products', raw, ({ headers, body }, response) => {
  const timestamp = String(headers['x-webhook-timestamp'])
  const age = Math.abs(Date.now() / 1000 - Number(timestamp))
  const expected = createHmac('sha256', SIGN_CUSTOMISER_INTEGRATION_SECRET)
    .update(`${timestamp}.`)
    .update(body)
    .digest()
  const signature = Buffer.from(String(headers['x-webhook-signature']), 'hex')
  if (!(age <= 300) || signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    response.status(401).json({ error: 'signature' })
    return
  }
  const signed = body.toString('utf8')
  const external_id = `sc-${JSON.parse(signed).product.product_id}`
  putDesign.run(external_id, signed)
  response.json({ external_id })
})

app.post('/orders', authorised, express.json({ limit: '1mb' }), async ({ body: order }, response) => {
  const products: { external_id: string }[] = order.products
  if (products.some(({ external_id }) => findDesign.get(external_id) === undefined)) {
    response.status(422).json({ error: 'unknown product' })
    return
  }
  const body = JSON.stringify({ integration_id: Number(SIGN_CUSTOMISER_INTEGRATION_ID), ...order })
  if (addOrder.run(order.external_id, body).changes === 0) {
    response.json({ external_id: order.external_id })
    return
  }
  const remoteId = await send(body)
  const state = remoteId === null ? 'queued' : 'relayed'
  settleOrder.run(state, remoteId, order.external_id)
  response.status(remoteId === null ? 202 : 201).json({ external_id: order.external_id, state })
})

function authorised({ headers }: Request, response: Response, next: NextFunction): void {
  const presented = Buffer.from(headers.authorization ?? '')
  const expected = Buffer.from(`Bearer ${STORE_API_TOKEN}`)
  if (presented.length === expected.length && timingSafeEqual(presented, expected)) next()
  else response.status(401).json({ error: 'token' })
}

async function send(body: string): Promise<number | null> {
  try {
    const response = await fetch(`${SIGN_CUSTOMISER_API_URL}/api/v2/orders`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${SIGN_CUSTOMISER_API_TOKEN}`,
        'Content-Type': 'application/json',
        Accept: 'application/json',
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    })
    const { order } = (await response.json()) as { order: { order_id: number } }
    return order.order_id
  } catch {
    return null
  }
}

listen(app)
