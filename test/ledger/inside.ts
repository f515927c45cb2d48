import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Alarm } from '../../src/ledger/alarm.ts'
import { Channel, type Channels, type Context } from '../../src/ledger/channel.ts'
import { DESTINATIONS } from '../../src/ledger/delivery.ts'
import { ledger } from '../bridge.ts'

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
