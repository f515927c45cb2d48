import { createHmac, timingSafeEqual } from 'node:crypto'
import express from 'express'
import { listen } from './listen.ts'

/** The guide's own example in Express, step by step. It stores nothing and hands no order over. */
const secret = process.env.SIGN_CUSTOMISER_INTEGRATION_SECRET ?? ''

const app = express()
app.post(
  '/sign-customiser/products',
  express.raw({ type: 'application/json', limit: '1mb' }),
  (request, response) => {
    const timestamp = String(request.headers['x-webhook-timestamp'])
    const signature = String(request.headers['x-webhook-signature'])
    const rawPayload = request.body.toString('utf8')
    const age = Math.abs(Math.floor(Date.now() / 1000) - Number.parseInt(timestamp, 10))
    const expected = createHmac('sha256', secret).update(`${timestamp}.${rawPayload}`).digest('hex')
    const isValid = age <= 300 && timingSafeEqual(Buffer.from(signature, 'hex'), Buffer.from(expected, 'hex'))
    if (!isValid) {
      response.status(401).json({ error: 'Invalid signature' })
      return
    }
    const { product } = JSON.parse(rawPayload)
    response.json({ external_id: `sc-${product.product_id}` })
  },
)
listen(app)
