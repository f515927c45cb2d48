import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { recoverStranded } from '../../src/ledger/queue.ts'
import { migrate, STEPS } from '../../src/ledger/schema.ts'
import { ledger, startAfresh } from '../bridge.ts'

afterEach(startAfresh)

/** Brings empty tables to an earlier version, as a deployment of that time left them. */
function startAt(storage: DurableObjectStorage, version: number): void {
  const { sql } = storage
  sql.exec('CREATE TABLE schema (version INTEGER NOT NULL) STRICT')
  for (const step of STEPS.slice(0, version)) sql.exec(step)
  sql.exec('INSERT INTO schema (version) VALUES (?)', version)
}

const tablesOf = ({ sql }: DurableObjectStorage) =>
  sql
    .exec("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name")
    .toArray()

describe('an upgrade', () => {
  it.each(STEPS.map((_, version) => version))(
    'from version %i ends with the newest tables',
    async (version) => {
      await runInDurableObject(ledger(), async (_, { storage }) => {
        const newest = tablesOf(storage)
        await storage.deleteAll()
        startAt(storage, version)
        migrate(storage)
        expect(tablesOf(storage)).toEqual(newest)
        expect(storage.sql.exec('SELECT version FROM schema').one()).toEqual({ version: STEPS.length })
      })
    },
  )

  it.each([5, STEPS.length])(
    'lets the code of version 5 count its attempts in the tables of version %i, once, and the newest recover them',
    async (version) => {
      await runInDurableObject(ledger(), async (_, { storage }) => {
        await storage.deleteAll()
        startAt(storage, version)
        const { sql } = storage
        for (const seq of [1, 2]) {
          sql.exec(
            `INSERT INTO deliveries (seq, destination, external_id, source, state, digest, attempts, give_up_at, received_at, changed_at)
             VALUES (?1, 'orders', ?1, 'store', 'sending', '', 1, 9, 3, 3)`,
            seq,
          )
          sql.exec("INSERT INTO history (delivery, entry, at, outcome) VALUES (?, 1, 3, 'sending')", seq)
        }
        sql.exec("UPDATE history SET outcome = 'passing' WHERE delivery = 1")
        migrate(storage)
        recoverStranded(sql, 'orders', 5, 120_000, (seq) => seq === 1)

        const attempts = sql.exec('SELECT outcome, attempts FROM attempt_counts ORDER BY outcome').toArray()
        expect(attempts).toEqual([
          { outcome: 'passing', attempts: 1 },
          { outcome: 'unconfirmed', attempts: 1 },
        ])
        expect(sql.exec('SELECT at, outcome FROM history WHERE delivery = 2').toArray()).toEqual([
          { at: 3, outcome: 'unconfirmed' },
        ])
      })
    },
  )
})
