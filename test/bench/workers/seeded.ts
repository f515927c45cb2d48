import bridge, { Ledger as BridgeLedger } from '../../../src/index.ts'

/**
 * The bridge with a ledger that can be filled in one go: `POST /seed?orders=` puts in so many relayed orders of 1 KB, with
 * `&content=erased` as retention leaves them. The answer is what the ledger has on disk, in bytes.
 */
export class Ledger extends BridgeLedger {
  async seed(orders: number, isErased: boolean): Promise<number> {
    const { sql } = this.ctx.storage
    sql.exec(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO deliveries (destination, external_id, number, source, state, digest, attempts, give_up_at, received_at,
         changed_at, relayed_at, remote_id, body)
       SELECT 'orders', 'old-' || i, 'OLD-' || i, 'store', 'relayed', lower(hex(randomblob(32))), 1, ?2 - i, ?2 - i, ?2 - i,
         ?2 - i, i, iif(?3, NULL, json_object('padding', hex(zeroblob(500)))) FROM n`,
      orders,
      Date.now(),
      isErased ? 1 : 0,
    )
    sql.exec(
      `INSERT INTO history (delivery, entry, at, outcome, status, duration_ms)
       SELECT seq, 1, received_at, 'relayed', 200, 100 FROM deliveries`,
    )
    sql.exec(`INSERT INTO delivery_products (product, delivery) SELECT 'sc-' || seq, seq FROM deliveries`)
    return sql.databaseSize
  }
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname !== '/seed') return bridge.fetch(request, env, ctx)
    const ledger = env.LEDGER.getByName('ledger') as unknown as Pick<Ledger, 'seed'>
    const isErased = searchParams.get('content') === 'erased'
    return Response.json(await ledger.seed(Number(searchParams.get('orders')), isErased))
  },
} satisfies ExportedHandler<Env>
