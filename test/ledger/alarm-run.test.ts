import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FIRST_FORWARDED } from '../../src/ledger/schema.ts'
import {
  accepted,
  alarmAt,
  changeSettings,
  freezeTime,
  keepLog,
  ledger,
  MINUTE,
  NOW,
  outsideAnswers,
  passTime,
  restartLedger,
  runAlarm,
  SECOND,
  type Sent,
  startAfresh,
} from '../bridge.ts'
import { inLedger, passTo, putRow } from './inside.ts'

let log: string[]
beforeEach(() => {
  freezeTime()
  log = keepLog()
})
afterEach(startAfresh)

const ALERT_URL = 'https://alerts.test/'

/** Puts orders and alerts there that are due. */
async function putDue({ orders = 0, alerts = 0 }): Promise<void> {
  await inLedger(({ sql }) => {
    for (let n = 0; n < orders; n++) putRow(sql, 'queued', { external_id: `order-${n}`, attempts: 0 })
    for (let n = 0; n < alerts; n++)
      putRow(sql, 'queued', {
        destination: 'alerts',
        seq: FIRST_FORWARDED + n,
        external_id: `alert_${n}`,
        source: 'x',
        attempts: 0,
      })
  })
  await restartLedger()
}

const isAlert = ({ url }: Sent) => url === ALERT_URL
const count = (sent: Sent[]) => ({
  orders: sent.filter((request) => !isAlert(request)).length,
  alerts: sent.filter(isAlert).length,
})

describe("an alarm's run", () => {
  it('sends 36 orders at most and as many of all else, and the next goes on at once', async () => {
    await changeSettings({ ALERT_URL })
    const sent = outsideAnswers((request) => (isAlert(request) ? new Response() : accepted()))
    await putDue({ orders: 80, alerts: 50 })

    await runAlarm()
    expect(count(sent)).toEqual({ orders: 36, alerts: 36 })
    expect(await alarmAt()).toBeLessThanOrEqual(Date.now() + SECOND)
    await runAlarm()
    expect(count(sent)).toEqual({ orders: 72, alerts: 50 })
    await runAlarm()
    expect(count(sent)).toEqual({ orders: 80, alerts: 50 })
  })

  it('begins no send after a minute, and the next goes on at once', async () => {
    const sent = outsideAnswers(() => {
      passTime(8 * SECOND)
      return accepted()
    })
    await putDue({ orders: 30 })

    await runAlarm()
    expect(sent.length).toBeGreaterThanOrEqual(8)
    expect(sent.length).toBeLessThanOrEqual(13)
    expect(await alarmAt()).toBeLessThanOrEqual(Date.now() + SECOND)
    for (let n = 0; n < 3; n++) await runAlarm()
    expect(sent).toHaveLength(30)
  })

  it('never throws, whatever fault it meets, keeps none of the others from their work, and comes again', async () => {
    await changeSettings({ ALERT_URL })
    const sent = outsideAnswers(() => new Response())
    await putDue({ orders: 1, alerts: 1 })
    await runInDurableObject(ledger(), async (instance, { storage: { sql } }) => {
      const exec = sql.exec.bind(sql)
      Object.defineProperty(sql, 'exec', {
        configurable: true,
        value: (query: string, ...bindings: SqlStorageValue[]) => {
          if (query.includes('UPDATE deliveries') && bindings.includes(1)) throw new Error('a broken disk')
          return exec(query, ...bindings)
        },
      })
      await instance.alarm()
      Object.defineProperty(sql, 'exec', { configurable: true, value: exec })
    })
    expect(count(sent)).toEqual({ orders: 0, alerts: 1 })
    expect(log.join()).toContain('"code":"alarm-failed"')

    expect(await alarmAt()).not.toBeNull()
    await passTo(NOW + MINUTE)
    expect(count(sent)).toEqual({ orders: 1, alerts: 1 })
  })
})

describe('through a gate that is ajar', () => {
  it('one goes at a time until the first definite answer', async () => {
    let answerNow = () => {}
    const answered = new Promise<void>((resolve) => {
      answerNow = resolve
    })
    let atOnce = 0
    let most = 0
    const sent = outsideAnswers(async (_, nth) => {
      most = Math.max(most, ++atOnce)
      if (nth === 1) await answered
      else await new Promise((resolve) => setTimeout(resolve))
      atOnce--
      return accepted()
    })
    await inLedger(({ sql }) => {
      sql.exec(
        `INSERT INTO gates (destination, streak, failing, closed_at, closed_until, is_ajar, reason)
         VALUES ('orders', 5, '[]', ?, NULL, 1, 'failures')`,
        NOW,
      )
    })
    await putDue({ orders: 12 })
    const run = runAlarm()
    while (sent.length === 0) await alarmAt()
    for (let n = 0; n < 5; n++) await alarmAt()
    expect(sent).toHaveLength(1)
    answerNow()
    await run

    expect(sent).toHaveLength(12)
    expect(most).toBeGreaterThan(1)
    expect((await ledger().gates()).orders).toMatchObject({ is_ajar: false, closed_until: null })
  })
})
