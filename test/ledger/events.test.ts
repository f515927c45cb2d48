import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listEvents, type NewEvent, recordEvent } from '../../src/ledger/events.ts'
import { freezeTime, ledger, NOW, startAfresh } from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const event = (more: Partial<NewEvent> = {}): NewEvent => ({
  topic: 'order:created',
  source: 'sign-customiser',
  content_id: '7',
  digest: 'aa',
  payload: '{"order":{"order_id":7}}',
  ...more,
})

const withSql = <T>(work: (sql: SqlStorage) => T) =>
  runInDurableObject(ledger(), (_, state) => work(state.storage.sql))

const everything = { topic: null, limit: 50, before: Number.MAX_SAFE_INTEGER }

describe('the record of events', () => {
  it('counts the same event as a repeat', async () => {
    const recorded = await withSql((sql) => [1, 2, 3].map(() => recordEvent(sql, event(), NOW)))

    expect(recorded).toEqual(['new', 'repeat', 'repeat'])
    expect((await withSql((sql) => listEvents(sql, everything))).items).toEqual([
      {
        id: '1',
        topic: 'order:created',
        source: 'sign-customiser',
        content_id: '7',
        repeats: 2,
        received_at: '2030-01-01T12:00:00.000Z',
        payload: { order: { order_id: 7 } },
      },
    ])
  })

  it.each([
    ['topic', { topic: 'order:updated' }],
    ['content', { content_id: '8' }],
    ['body', { digest: 'bb' }],
    ['content that can not be told', { content_id: null }],
  ])('takes an event with another %s for a new one', async (_, more) => {
    expect(
      await withSql((sql) => [recordEvent(sql, event(), NOW), recordEvent(sql, event(more), NOW)]),
    ).toEqual(['new', 'new'])
  })

  it('counts a repeat of an event whose content can not be told', async () => {
    const unknown = event({ content_id: null })
    expect(await withSql((sql) => [recordEvent(sql, unknown, NOW), recordEvent(sql, unknown, NOW)])).toEqual([
      'new',
      'repeat',
    ])
  })

  it('lists newest first, by topic, page by page', async () => {
    const pages = await withSql((sql) => {
      for (const n of [1, 2, 3, 4, 5])
        recordEvent(
          sql,
          event({ topic: n === 2 ? 'form:submitted' : 'order:created', content_id: `${n}` }),
          NOW,
        )
      const first = listEvents(sql, { topic: 'order:created', limit: 2, before: everything.before })
      return [first, listEvents(sql, { topic: 'order:created', limit: 2, before: first.next ?? 0 })]
    })
    expect(pages.map(({ items }) => items.map(({ content_id }) => content_id))).toEqual([
      ['5', '4'],
      ['3', '1'],
    ])
    expect(pages[1]?.next).toBeNull()
  })

  it('ends a page early rather than send more at once than the platform lets through', async () => {
    const payload = JSON.stringify('x'.repeat(1_500_000))
    const seen = await withSql((sql) => {
      for (const n of [1, 2, 3, 4, 5, 6]) recordEvent(sql, event({ content_id: `${n}`, payload }), NOW)
      const ids: string[][] = []
      for (let before: number | null = everything.before; before !== null; ) {
        const page = listEvents(sql, { ...everything, before })
        ids.push(page.items.map(({ id }) => id))
        before = page.next
      }
      return ids
    })
    expect(seen).toEqual([
      ['6', '5'],
      ['4', '3'],
      ['2', '1'],
    ])
  })
})

describe('queueing for a destination that is switched off', () => {
  it('writes nothing', async () => {
    const { alert, queueEvent } = await import('../../src/ledger/outbox.ts')
    const left = await withSql((sql) => {
      const again = [
        alert(env, sql, { kind: 'recovered', text: 'All is well.' }, NOW),
        queueEvent(env, sql, { type: 'order.relayed', data: '{}' }, NOW),
      ]
      return { again, rows: sql.exec('SELECT * FROM deliveries').toArray() }
    })
    expect(left).toEqual({ again: [Infinity, Infinity], rows: [] })
  })
})
