import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { startStack } from '../../src/sandbox/stack.ts'

const FORGED = Number(process.env.FORGED ?? 10_000)
const GENUINE = 100
const CONNECTIONS = 16

test(`${GENUINE} callbacks among ${FORGED} with bad signatures are all taken`, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'bridge-flood-'))
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  // Under wrangler, not bare workerd: only it has the binding that counts failures.
  const stack = await startStack({ directory, bridgePort: 0, sandboxPort: 0 })
  t.after(() => stack.stop())
  const secret =
    parseEnv(await readFile(join(directory, 'env'), 'utf8')).SIGN_CUSTOMISER_INTEGRATION_SECRET ?? ''
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  t.after(() => agent.destroy())
  const url = `${stack.bridgeUrl}/sign-customiser/products`

  const began = Date.now()
  const forged: Record<number, number> = {}
  const genuine: Record<number, number> = {}
  const turns = Array.from({ length: FORGED + GENUINE }, (_, i) => i + 1)
  const every = Math.floor(turns.length / GENUINE)
  const caller = async () => {
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      const isGenuine = turn % every === 0 && turn / every <= GENUINE
      const status = await post(url, agent, turn, isGenuine ? secret : 'forged')
      const statuses = isGenuine ? genuine : forged
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, caller))

  const seconds = (Date.now() - began) / 1000
  const { 401: refused = 0, 429: tooMany = 0 } = forged
  t.diagnostic(
    `in ${seconds.toFixed(0)} s: ${refused} × 401, then ${tooMany} × 429; genuine: ${genuine[200]} × 200`,
  )
  assert.deepEqual(genuine, { 200: GENUINE })
  assert.equal(refused + tooMany, FORGED)
  assert.ok(refused <= 600 * (Math.floor(seconds / 60) + 2), 'more than 600 a minute got the long answer')
})

/** Posts a design that `secret` signed, and returns the status. */
function post(url: string, agent: Agent, productId: number, secret: string): Promise<number> {
  const body = JSON.stringify({ product: { product_id: productId } })
  const timestamp = `${Math.floor(Date.now() / 1000)}`
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  const headers = { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject).end(body)
  })
}
