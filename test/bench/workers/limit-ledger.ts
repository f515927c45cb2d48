import { DurableObject } from 'cloudflare:workers'
import type { LimitEnv } from './limit.ts'

const LEASE_MS = 40_000
const TIMEOUT_MS = 10_000

/** The least that keeps the promise: a product is one commit; an order is one before it is sent and one after. */
export class LimitLedger extends DurableObject<LimitEnv> {
  readonly #sql = this.ctx.storage.sql
  #isArmed = false

  constructor(ctx: DurableObjectState, env: LimitEnv) {
    super(ctx, env)
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS designs (external_id TEXT PRIMARY KEY, signed TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS orders (
        external_id TEXT PRIMARY KEY, state TEXT NOT NULL, remote_id INTEGER, body TEXT NOT NULL
      ) STRICT`)
  }

  async record(externalId: string, signed: string): Promise<void> {
    this.#sql.exec('INSERT OR REPLACE INTO designs (external_id, signed) VALUES (?, ?)', externalId, signed)
  }

  async submit(externalId: string, products: string[], body: string): Promise<string> {
    const known = this.#sql
      .exec<{ n: number }>(
        'SELECT count(*) AS n FROM designs WHERE external_id IN (SELECT value FROM json_each(?))',
        JSON.stringify(products),
      )
      .one().n
    if (known !== new Set(products).size) return 'unknown-product'
    const isNew = this.#sql.exec(
      `INSERT INTO orders (external_id, state, body) VALUES (?, 'sending', ?) ON CONFLICT DO NOTHING`,
      externalId,
      body,
    ).rowsWritten
    if (isNew === 0) return 'seen'
    if (!this.#isArmed) {
      this.#isArmed = true
      await this.ctx.storage.setAlarm(Date.now() + LEASE_MS)
    }

    const remoteId = await this.#send(body)
    const state = remoteId === null ? 'queued' : 'relayed'
    this.#sql.exec(
      'UPDATE orders SET state = ?, remote_id = ? WHERE external_id = ?',
      state,
      remoteId,
      externalId,
    )
    return state
  }

  override async alarm(): Promise<void> {
    this.#isArmed = false
  }

  async #send(body: string): Promise<number | null> {
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS)
    try {
      const response = await fetch(`${this.env.SIGN_CUSTOMISER_API_URL}/api/v2/orders`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${this.env.SIGN_CUSTOMISER_API_TOKEN}`,
          'Content-Type': 'application/json',
          Accept: 'application/json',
        },
        body,
        redirect: 'manual',
        signal: timeout.signal,
      })
      const { order } = await response.json<{ order: { order_id: number } }>()
      return order.order_id
    } catch {
      return null
    } finally {
      clearTimeout(timer)
    }
  }
}
