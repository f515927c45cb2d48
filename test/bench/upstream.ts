import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the stand-in answers from now on: an outage's status, or 200 as documented, after so many milliseconds. */
export interface Mood {
  status: number
  delayMs: number
}

/** What the stand-in has seen. Times are milliseconds since 1970. */
export interface Seen {
  refused: number
  taken: number
  firstTakenAt: number
  lastTakenAt: number
}

/** Stands in for Sign Customiser's orders API, at once and always content unless told otherwise. Sends its port, then what it saw. */
let mood: Mood = { status: 200, delayMs: 0 }
const seen: Seen = { refused: 0, taken: 0, firstTakenAt: 0, lastTakenAt: 0 }

process.on('message', (told: Mood | 'seen') => {
  if (told === 'seen') process.send?.(seen)
  else mood = told
})
process.once('disconnect', () => process.exit())

const server = createServer((request, response) => {
  const { status, delayMs } = mood
  if (status === 200) seen.firstTakenAt ||= Date.now()
  const answer = () => {
    if (status === 200) {
      seen.taken++
      seen.lastTakenAt = Date.now()
    } else seen.refused++
    const order = { order_id: seen.taken, external_id: 'order', currency: 'USD', products: [] }
    const text = JSON.stringify({ order })
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': text.length })
      .end(text)
  }
  request.resume()
  request.on('end', () => (delayMs > 0 ? setTimeout(answer, delayMs) : answer()))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
