import bridge, { Ledger as BridgeLedger } from '../../../src/index.ts'

const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []

/** The bridge with a ledger whose writes are counted: `GET /rows-written` tells how many rows it wrote since it was last asked. */
export class Ledger extends BridgeLedger {
  constructor(ctx: DurableObjectState, env: Env) {
    observe(ctx.storage.sql)
    super(ctx, env)
  }

  async rowsWritten(): Promise<number> {
    return cursors.splice(0).reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
  }
}

/** Keeps each statement's cursor, which tells what it wrote. */
function observe(sql: SqlStorage): void {
  const prototype: Pick<SqlStorage, 'exec'> = Object.getPrototypeOf(sql)
  const { exec } = prototype
  prototype.exec = function observed<T extends Record<string, SqlStorageValue>>(
    this: SqlStorage,
    query: string,
    ...bindings: unknown[]
  ) {
    const cursor = exec.call(this, query, ...bindings)
    cursors.push(cursor)
    return cursor as SqlStorageCursor<T>
  }
}

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== '/rows-written') return bridge.fetch(request, env, ctx)
    const ledger = env.LEDGER.getByName('ledger') as unknown as Pick<Ledger, 'rowsWritten'>
    return Response.json(await ledger.rowsWritten())
  },
} satisfies ExportedHandler<Env>
