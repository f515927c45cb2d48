import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
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

  it('drops the line of an attempt that was under way, which recovery tells of from the delivery', async () => {
    await runInDurableObject(ledger(), async (_, { storage }) => {
      await storage.deleteAll()
      startAt(storage, 5)
      storage.sql.exec(
        "INSERT INTO history (delivery, entry, at, outcome) VALUES (1, 1, 0, 'passing'), (1, 2, 9, 'sending')",
      )
      migrate(storage)
      expect(storage.sql.exec('SELECT entry FROM history').toArray()).toEqual([{ entry: 1 }])
    })
  })
})
