import { runInDurableObject } from 'cloudflare:test'
import { ledger } from '../bridge.ts'

/** A statement that the ledger ran; its cursor tells what it cost. */
export interface Statement {
  query: string
  bindings: SqlStorageValue[]
  cursor: SqlStorageCursor<Record<string, SqlStorageValue>>
}

/** Notes from now on every statement that the ledger's present instance runs, in the list that it returns. */
export const noteStatements = (): Promise<Statement[]> =>
  runInDurableObject(ledger(), (_, { storage: { sql } }) => {
    const noted: Statement[] = []
    const exec = Object.getPrototypeOf(sql).exec.bind(sql) as typeof sql.exec
    Object.defineProperty(sql, 'exec', {
      configurable: true,
      value: (query: string, ...bindings: SqlStorageValue[]) => {
        const cursor = exec(query, ...bindings)
        noted.push({ query, bindings, cursor })
        return cursor
      },
    })
    return noted
  })
