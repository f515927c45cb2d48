import { Agent, request } from 'node:http'
import type { Order, Result } from './load.ts'
import { type Load, loadOf } from './requests.ts'
import { percentile } from './statistics.ts'

process.on('message', async (order: Order) => {
  process.send?.(await run(order))
})
process.once('disconnect', () => process.exit())

async function run({
  port,
  kind,
  kilobytes,
  connections,
  seconds,
  requests,
  firstId,
}: Order): Promise<Result> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const next = loadOf(kind, kilobytes)
  const latencies: number[] = []
  let id = firstId
  let wrong: string | null = null
  const began = performance.now()
  const end = began + seconds * 1000

  const client = async () => {
    while (performance.now() < end && wrong === null && id - firstId < (requests ?? Infinity)) {
      const load = next(id++)
      const sent = performance.now()
      const { status, text } = await send(agent, port, load)
      latencies.push(performance.now() - sent)
      if (!load.statuses.includes(status))
        wrong = `${status} instead of ${load.statuses.join(' or ')}: ${text}`
    }
  }
  await Promise.all(Array.from({ length: connections }, client)).catch((error) => {
    wrong = String(error)
  })
  const took = (performance.now() - began) / 1000
  agent.destroy()
  latencies.sort((a, b) => a - b)
  return {
    requests: latencies.length,
    seconds: took,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    wrong,
  }
}

function send(agent: Agent, port: number, { method, path, headers, body }: Load) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sending = request({ agent, host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    sending.on('error', reject)
    sending.end(body)
  })
}
