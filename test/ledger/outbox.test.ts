import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { alert, forwardEvent, queue, queueEvent } from '../../src/ledger/outbox.ts'
import {
  alarmAt,
  changeSettings,
  fetchAsStore,
  freezeTime,
  keepLog,
  MINUTE,
  NOW,
  outsideAnswers,
  postDesign,
  postEvent,
  restartLedger,
  SECOND,
  skipWaiting,
  startAfresh,
} from '../bridge.ts'
import { inLedger, passTo } from './inside.ts'

beforeEach(() => {
  freezeTime()
  keepLog()
})
afterEach(startAfresh)

const EVENTS_URL = 'https://store.test/events'
const thanks = () => new Response()

const deliveries = async () =>
  (await (await fetchAsStore('/deliveries')).json<{ deliveries: Record<string, unknown>[] }>()).deliveries

describe('queueing for a destination', () => {
  it('that is switched off writes nothing and arms nothing', async () => {
    await inLedger(async (ctx, storage) => {
      alert(ctx, { kind: 'recovered', text: 'All is well.' }, NOW)
      queueEvent(ctx, { type: 'order.relayed', data: '{}' }, NOW)
      forwardEvent(ctx, { source: 'shopline', topic: 'a', payload: '{}' }, null, NOW)
      await ctx.alarm.armed()
      expect(storage.sql.exec('SELECT * FROM deliveries').toArray()).toEqual([])
      expect(await storage.getAlarm()).toBeNull()
    })
  })

  it.each([
    ['is open', null, 0, 0],
    ['is open, for later', null, 5, 5],
    ['is closed, for when it opens', 10, 0, 10],
    ['is closed, for later than it opens', 10, 15, 15],
  ])('whose gate %s, arms for that', async (_, closedFor, dueIn, armedFor) => {
    await inLedger(async (ctx, storage) => {
      if (closedFor !== null)
        ctx.channels.alerts.gate = {
          streak: 1,
          failing: [],
          closed_at: NOW,
          closed_until: NOW + closedFor * MINUTE,
          is_ajar: false,
          reason: 'failures',
        }
      const parcel = { destination: 'alerts' as const, id: 'a', source: 'x', body: '{}' }
      queue(ctx, parcel, NOW, NOW + dueIn * MINUTE)
      await ctx.alarm.armed()
      expect(await storage.getAlarm()).toBe(NOW + armedFor * MINUTE)
    })
  })
})

describe('what is queued from a question', () => {
  it('arms the alarm, behind a closed gate for its opening', async () => {
    await changeSettings({ EVENTS_URL })
    await inLedger(({ channels }) => {
      channels.events.gate = {
        streak: 9,
        failing: [],
        closed_at: NOW,
        closed_until: NOW + 4 * MINUTE,
        is_ajar: false,
        reason: 'failures',
      }
    })
    await restartLedger()
    const sent = outsideAnswers(thanks)
    await postEvent({ form_submission: { submission_number: 1 } })
    expect(await alarmAt()).toBe(NOW + 4 * MINUTE)
    await passTo(NOW + 4 * MINUTE)
    expect(sent.map(({ url }) => url)).toContain(EVENTS_URL)
  })
})

describe('a forwarded event', () => {
  beforeEach(() => changeSettings({ EVENTS_URL }))

  it.each([
    ['order:created', 'shopline.order.created'],
    ['order/create', 'shopline.order.create'],
    ['Straße 7', 'shopline.Stra_e_7'],
  ])('of the topic %s is called %s', async (topic, type) => {
    await inLedger((ctx) => forwardEvent(ctx, { source: 'shopline', topic, payload: '{}' }, null, NOW))
    expect(await deliveries()).toMatchObject([{ type }])
  })

  it('is kept once: what is sent is made of the event, as it was signed', async () => {
    const sent = outsideAnswers(thanks)
    await postEvent({ form_submission: { submission_number: 1, note: '霓' } })
    const kept = await inLedger(({ sql }) => sql.exec('SELECT body FROM deliveries').toArray())
    expect(kept).toEqual([{ body: null }])
    await passTo(NOW + SECOND)
    expect(sent.map(({ body }) => body)).toEqual([
      {
        type: 'sign-customiser.form.submitted',
        timestamp: new Date(NOW).toISOString(),
        data: { form_submission: { submission_number: 1, note: '霓' } },
      },
    ])
  })

  it('that is too large to be kept is sent all the same', async () => {
    const sent = outsideAnswers(thanks)
    const note = 'x'.repeat(70_000)
    await postEvent({ form_submission: { submission_number: 1, note } })
    await passTo(NOW + SECOND)
    expect(sent).toMatchObject([{ body: { data: { form_submission: { note } } } }])
  })

  it('whose content was erased before it left is not sent', async () => {
    const sent = outsideAnswers(thanks)
    await postEvent({ form_submission: { submission_number: 1 } })
    await inLedger(({ sql }) => sql.exec('UPDATE events SET payload = NULL'))
    await passTo(NOW + 10 * MINUTE)
    expect(sent).toEqual([])
    expect(await deliveries()).toMatchObject([{ state: 'cancelled', attempts: 0 }])
  })
})

describe('the event of a new design', () => {
  beforeEach(() => changeSettings({ EVENTS_URL }))

  it('leaves once KV has it, with what KV has', async () => {
    const sent = outsideAnswers(thanks)
    await postDesign({ product_id: 1, title: 'Open', extra: true })
    await passTo(NOW + 9 * SECOND)
    expect(sent).toEqual([])
    await passTo(NOW + 10 * SECOND)
    expect(sent).toMatchObject([
      {
        body: {
          type: 'product.created',
          data: { external_id: 'sc-1', title: 'Open', product: { extra: true } },
        },
      },
    ])
  })

  it('waits for a KV that can not be read, and does not count it', async () => {
    const sent = outsideAnswers(thanks)
    await postDesign({ product_id: 1 })
    const get = vi.spyOn(env.CATALOGUE, 'get').mockReturnValue(new Promise(() => {}) as never)
    const waits = skipWaiting()
    await passTo(NOW + 10 * SECOND)
    vi.mocked(setTimeout).mockRestore()
    expect(waits).toContain(2 * SECOND)
    expect(await deliveries()).toMatchObject([{ state: 'queued', attempts: 0 }])
    get.mockRestore()
    await passTo(NOW + 2 * MINUTE)
    expect(sent).toHaveLength(1)
    expect(await deliveries()).toMatchObject([{ state: 'relayed', attempts: 1 }])
  })

  it('is not sent of a design that was erased', async () => {
    const sent = outsideAnswers(thanks)
    await postDesign({ product_id: 1 })
    await fetchAsStore('/products/sc-1', { method: 'DELETE' })
    await passTo(NOW + 10 * MINUTE)
    expect(sent).toEqual([])
    expect(await deliveries()).toMatchObject([{ state: 'cancelled' }])
  })
})
