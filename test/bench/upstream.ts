import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands in for Sign Customiser's orders API, quick and always content: it answers as documented, with an ID of its own. */
let orders = 0
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    const order = { order_id: ++orders, external_id: 'order', currency: 'USD', products: [] }
    const text = JSON.stringify({ order })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
