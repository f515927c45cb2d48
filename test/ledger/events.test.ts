import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  earlierProofs,
  forgetEvents,
  listEvents,
  type NewEvent,
  recordEvent,
} from '../../src/ledger/events.ts'
import { freezeTime, NOW, startAfresh } from '../bridge.ts'
import { inLedger } from './inside.ts'

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

/** Records events one after another; each row's number, or null for a repeat. */
const recordAll = (...events: NewEvent[]) =>
  inLedger(({ sql }) => events.map((each) => recordEvent(sql, each, null, NOW)))

const everything = { topic: null, limit: 50, before: Number.MAX_SAFE_INTEGER }
const list = () => inLedger(({ sql }) => listEvents(sql, everything).items)

describe('the record of events', () => {
  it('counts the same event as a repeat', async () => {
    expect(await recordAll(event(), event(), event())).toEqual([1, null, null])
    expect(await list()).toEqual([
      {
        id: '1',
        topic: 'order:created',
        source: 'sign-customiser',
        content_id: '7',
        repeats: 2,
        received_at: '2030-01-01T12:00:00.000Z',
        payload: '{"order":{"order_id":7}}',
      },
    ])
  })

  it('counts the same event under another topic as a repeat', async () => {
    expect(await recordAll(event(), event({ topic: 'order:updated' }))).toEqual([1, null])
  })

  it.each([
    ['content', { content_id: '8' }],
    ['body', { digest: 'bb' }],
    ['content that can not be told', { content_id: null }],
  ])('takes an event with another %s for a new one', async (_, more) => {
    expect(await recordAll(event(), event(more))).toEqual([1, 2])
  })

  it('counts a repeat of an event whose content can not be told', async () => {
    const unknown = event({ content_id: null })
    expect(await recordAll(unknown, unknown)).toEqual([1, null])
    expect(await list()).toMatchObject([{ content_id: null, repeats: 1 }])
  })

  it('lists newest first, by topic, page by page', async () => {
    const topicOf = (n: number) => (n === 2 ? 'form:submitted' : 'order:created')
    await recordAll(...[1, 2, 3, 4, 5].map((n) => event({ topic: topicOf(n), content_id: `${n}` })))
    const pages = await inLedger(({ sql }) => {
      const first = listEvents(sql, { topic: 'order:created', limit: 2, before: everything.before })
      return [first, listEvents(sql, { topic: 'order:created', limit: 2, before: first.next ?? 0 })]
    })
    expect(pages.map(({ items }) => items.map(({ content_id }) => content_id))).toEqual([
      ['5', '4'],
      ['3', '1'],
    ])
    expect(pages[1]?.next).toBeNull()
  })

  it('keeps bodies up to 64 KB, however they are written', async () => {
    const bodies = ['x'.repeat(65_534), 'x'.repeat(65_535), '霓'.repeat(21_844), '霓'.repeat(21_845)]
    await recordAll(...bodies.map((body, n) => event({ content_id: `${n}`, payload: JSON.stringify(body) })))
    expect((await list()).map(({ payload }) => payload !== null).reverse()).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  it('ends a page early rather than send more at once than the platform lets through', async () => {
    const payload = JSON.stringify('x'.repeat(60_000))
    await recordAll(...Array.from({ length: 150 }, (_, n) => event({ content_id: `${n}`, payload })))
    const pages = await inLedger(({ sql }) => {
      const sizes: number[] = []
      for (let before: number | null = everything.before; before !== null; ) {
        const page = listEvents(sql, { ...everything, limit: 200, before })
        sizes.push(page.items.length)
        before = page.next
      }
      return sizes
    })
    expect(pages).toEqual([69, 69, 12])
  })

  it('keeps of an order that is not ours what it proves, the newest first', async () => {
    const proof = (remote_id: string) => ({
      external_id: 'order-1',
      number: '#1',
      remote_id,
      product_ids: ['1'],
      external_ids: [],
    })
    const found = await inLedger(({ sql }) => {
      recordEvent(sql, event(), proof('7'), NOW)
      recordEvent(sql, event({ digest: 'bb' }), proof('8'), NOW)
      recordEvent(sql, event({ digest: 'cc' }), null, NOW)
      return ['order-1', 'order-2'].map((external_id) => earlierProofs(sql, { external_id }))
    })
    expect(found).toEqual([[proof('8'), proof('7')], []])
    expect((await list()).map(({ payload }) => payload)).toEqual([event().payload, null, null])
  })

  it('forgets those that are due, at most so many, and says how far it came', async () => {
    await inLedger(({ sql }) => {
      for (let n = 1; n <= 5; n++) recordEvent(sql, event({ content_id: `${n}` }), null, NOW + n)
    })
    const came = await inLedger(({ sql }) => [
      forgetEvents(sql, 0, NOW, 2),
      forgetEvents(sql, 0, NOW + 3, 2),
      forgetEvents(sql, 2, NOW + 3, 2),
      forgetEvents(sql, 3, NOW + 3, 2),
      forgetEvents(sql, 5, NOW + 9, 2),
    ])
    expect(came).toEqual([null, 2, 3, null, null])
    expect((await list()).map(({ content_id }) => content_id)).toEqual(['5', '4'])
  })
})
