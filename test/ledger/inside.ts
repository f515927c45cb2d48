import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Alarm } from '../../src/ledger/alarm.ts'
import { Channel, type Channels, type Context } from '../../src/ledger/channel.ts'
import { DESTINATIONS, type State } from '../../src/ledger/delivery.ts'
import { alarmAt, HOUR, ledger, passTime, runAlarm } from '../bridge.ts'

/**
 * Does something inside the ledger, on its tables. Alarm and channels are made for it: what they keep in memory the ledger's own
 * instance hears of when it is made anew.
 */
export const inLedger = <T>(work: (ctx: Context, storage: DurableObjectStorage) => T | Promise<T>) =>
  runInDurableObject(ledger(), (instance, { storage }) => {
    const { sql } = storage
    const channels = Object.fromEntries(
      DESTINATIONS.map((to) => [to, new Channel(to, instance.deliver[to], env, sql)]),
    ) as unknown as Channels
    return work({ env, sql, alarm: new Alarm(storage), channels }, storage)
  })

/** Moves the clock on to `time`, in milliseconds since 1970, and runs each alarm at its own. */
export async function passTo(time: number): Promise<void> {
  for (let at = await alarmAt(); at !== null && at <= time; at = await alarmAt()) {
    passTime(Math.max(0, at - Date.now()))
    await runAlarm()
  }
  passTime(Math.max(0, time - Date.now()))
}

/** A row of `deliveries` as it might be found, put there without the ledger's doing. Returns its `seq`. */
export function putRow(sql: SqlStorage, state: State, more: Record<string, SqlStorageValue> = {}): number {
  const now = Date.now()
  const row = {
    destination: 'orders',
    external_id: 'order-1',
    number: '1',
    source: 'store',
    state,
    digest: 'd',
    attempts: 1,
    next_attempt_at: ['queued', 'unconfirmed', 'sending'].includes(state) ? now : null,
    give_up_at: now + 72 * HOUR,
    received_at: now - HOUR,
    changed_at: now - HOUR,
    relayed_at: state === 'relayed' ? now - HOUR : null,
    body: '{"old":1}',
    ...more,
  }
  const columns = Object.keys(row)
  return sql
    .exec<{ seq: number }>(
      `INSERT INTO deliveries (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) RETURNING seq`,
      ...Object.values(row),
    )
    .one().seq
}
