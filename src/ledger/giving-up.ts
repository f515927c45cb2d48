import { log } from '../log.ts'
import type { Destination } from './delivery.ts'
import { tellOfGate } from './gate-news.ts'
import { tellOfOrder } from './notices.ts'
import { giveUp } from './queue.ts'

/** Gives up what has waited too long, and tells whom it concerns. */
export function giveUpLate(env: Env, sql: SqlStorage, destination: Destination, now: number): void {
  const failed = giveUp(sql, destination, now)
  if (failed.length === 0) return
  log('error', { event: 'given-up', destination, state: 'failed', count: failed.length })
  if (destination !== 'orders') tellOfGate(env, sql, destination, 'given-up', now)
  else for (const id of failed) tellOfOrder(env, sql, id, 'failed', now)
}
