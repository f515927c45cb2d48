import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { migrate } from '../../src/ledger/schema.ts'
import { ledger, startAfresh } from '../bridge.ts'

afterEach(startAfresh)

const tablesOf = ({ sql }: DurableObjectStorage) =>
  sql
    .exec("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name")
    .toArray()

const versionOf = ({ sql }: DurableObjectStorage) => sql.exec('SELECT version FROM schema').one().version

describe('the tables', () => {
  it('are made in an empty ledger, once', async () => {
    await runInDurableObject(ledger(), async (_, { storage }) => {
      const newest = tablesOf(storage)
      expect(newest.map(({ name }) => name)).toContain('deliveries')
      await storage.deleteAll()
      migrate(storage)
      storage.sql.exec("INSERT INTO progress (what, at) VALUES ('swept', 7)")
      migrate(storage)

      expect(tablesOf(storage)).toEqual(newest)
      expect(storage.sql.exec('SELECT * FROM progress').toArray()).toEqual([{ what: 'swept', at: 7 }])
    })
  })

  it('of a newer version are left alone: a deployment was rolled back', async () => {
    await runInDurableObject(ledger(), async (_, { storage }) => {
      storage.sql.exec('UPDATE schema SET version = version + 1')
      storage.sql.exec('CREATE TABLE of_tomorrow (a)')
      const newer = [versionOf(storage), tablesOf(storage)]
      migrate(storage)

      expect([versionOf(storage), tablesOf(storage)]).toEqual(newer)
    })
  })

  it('are made as a whole or not at all', async () => {
    await runInDurableObject(ledger(), async (_, { storage }) => {
      await storage.deleteAll()
      storage.sql.exec('CREATE TABLE counts (in_the_way)')
      expect(() => migrate(storage)).toThrow()

      expect(tablesOf(storage).map(({ name }) => name)).toEqual(['counts'])
    })
  })
})
