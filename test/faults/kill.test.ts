import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { buildBridge, buildReference, deployed } from '../bench/build.ts'
import { makeKnown } from '../bench/make-known.ts'
import { loadOf } from '../bench/requests.ts'
import { type Server, stop } from '../bench/server.ts'
import { SECRETS, settings } from '../bench/settings.ts'
import { startWorker } from '../bench/workerd.ts'
import { seeded } from './random.ts'
import { type Unreliable, unreliable } from './unreliable.ts'

const ORDERS = Number(process.env.ORDERS ?? 1000)
const KILLS = Number(process.env.KILLS ?? 50)
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const CALLERS = 4
const order = loadOf('order', 1)

test(`${ORDERS} orders, ${KILLS} kills, an unreliable Sign Customiser (SEED=${SEED})`, async (t) => {
  const random = seeded(SEED)
  const outside = await unreliable(random)
  const modules = { worker: await buildBridge(), kv: await buildReference('kv') }
  const texts = {
    ...settings(deployed.vars ?? {}, outside.url),
    RELAY_TIMEOUT_SECONDS: '1',
    RELAY_FIRST_RETRY_SECONDS: '0.1',
    RELAY_CONFIRM_SECONDS: '0.2',
  }
  const bridge: { server: Server } = { server: await startWorker('kill', modules, texts) }
  t.after(async () => {
    await stop(bridge.server)
    outside.close()
  })
  await makeKnown(bridge.server)

  const work = { next: 0 }
  const callers = Promise.all(Array.from({ length: CALLERS }, () => handIn(bridge, work)))
  for (let kills = 0; kills < KILLS; kills++) {
    await pause(20 + random() * 180)
    await stop(bridge.server)
    bridge.server = await startWorker('kill', modules, texts)
  }
  await callers
  outside.calmDown()
  await allRelayed(bridge.server)

  const { resent } = await compare(bridge.server, outside)
  t.diagnostic(`0 of ${ORDERS} acknowledged orders lost over ${KILLS} kills`)
  t.diagnostic(`${resent} sent more than once, each after an answer that was lost and no confirmation`)
})

/** Hands in order after order as a store does: what is not acknowledged is sent again, the same. */
async function handIn(bridge: { server: Server }, work: { next: number }): Promise<void> {
  for (let id = work.next++; id < ORDERS; id = work.next++) {
    const { path, headers, body } = order(id)
    for (let status = 0; status < 200 || status > 202; ) {
      const url = `http://127.0.0.1:${bridge.server.port}${path}`
      const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) }).catch(
        () => null,
      )
      status = answer?.status ?? 0
      await answer?.text().catch(() => null)
      if (status === 0 || status === 503) await pause(20)
      else assert.ok(status >= 200 && status <= 202, `order ${id} was answered ${status}`)
    }
  }
}

async function asStore<T>({ port }: Server, path: string): Promise<T> {
  const headers = { authorization: `Bearer ${SECRETS.STORE_API_TOKEN}` }
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).json() as Promise<T>
}

async function allRelayed(server: Server): Promise<void> {
  const unfinished = async (state: string) =>
    (await asStore<{ orders: [] }>(server, `/orders?state=${state}&limit=1`)).orders.length
  const deadline = Date.now() + 60_000
  for (const state of ['sending', 'queued', 'unconfirmed'])
    while ((await unfinished(state)) > 0) {
      assert.ok(Date.now() < deadline, `orders are still ${state}`)
      await pause(100)
    }
}

type Story = { state: string; history: { outcome: string }[] }

/** Holds the ledger against what really arrived: nothing lost, and nothing twice without a lost answer to account for it. */
async function compare(server: Server, { arrivals }: Unreliable): Promise<{ resent: number }> {
  let resent = 0
  for (let id = 0; id < ORDERS; id++) {
    const externalId = `order-${id}`
    const { state, history } = await asStore<Story>(server, `/orders/${externalId}`)
    const arrived = arrivals.get(externalId) ?? 0
    const lost = history.filter(({ outcome }) => outcome === 'unconfirmed').length
    assert.equal(state, 'relayed', `${externalId} is ${state}`)
    assert.ok(arrived >= 1, `${externalId} never arrived`)
    assert.ok(arrived <= 1 + lost, `${externalId} arrived ${arrived} times with ${lost} lost answers`)
    if (arrived > 1) resent++
  }
  return { resent }
}
