import { log } from '../log.ts'
import type { Channel, Context } from './channel.ts'
import { wakeAll } from './deliveries.ts'
import type { Outcome } from './delivery.ts'
import { afterOutcome, ajar, type Gate, isOpen, noteGone, OPEN, readGone } from './gate.ts'
import { tellOfGate } from './notices.ts'
import { countWaiting } from './queue.ts'

/** Moves a destination's gate as an outcome demands, met by the delivery `seq` or by something else, begun at `began`. */
export function moveGate(
  ctx: Context,
  channel: Channel,
  outcome: Outcome,
  seq: number | null,
  began: number,
): void {
  const { policy, destination, gate } = channel
  const now = Date.now()
  const isFailure = outcome.outcome === 'passing' || outcome.outcome === 'unconfirmed'
  const waiting = isFailure ? countWaiting(ctx.sql, destination) : 0
  const after = afterOutcome(gate, { outcome, seq, began, waiting }, now, policy)
  if (after === gate || (after === OPEN && isUntouched(gate))) return
  channel.gate = after
  if (after.reason === 'gone') noteGone(ctx.sql, destination, channel.address)
  noteMove(ctx, channel, gate, now)
}

/** The other side answered a probe, so one delivery may show whether all is well. */
export function setAjar(ctx: Context, channel: Channel): void {
  const before = channel.gate
  const now = Date.now()
  channel.gate = ajar(before, now)
  noteMove(ctx, channel, before, now)
}

/** Opens the gate of an address that is gone once the setting holds another one. */
export function openIfMoved(ctx: Context, channel: Channel): void {
  const { destination, address, gate } = channel
  if (gate.reason !== 'gone' || address === null || address === readGone(ctx.sql, destination)) return
  noteGone(ctx.sql, destination, null)
  open(ctx, channel)
}

/**
 * Opens a gate that failures closed, since the other side has confirmed what it was sent. A token that it refused, or a wait that
 * it asked for, is none of that.
 */
export function openAsConfirmed(ctx: Context, channel: Channel): void {
  const { gate } = channel
  if (gate.reason === 'failures' || (gate.reason === null && gate.streak > 0)) open(ctx, channel)
}

function open(ctx: Context, channel: Channel): void {
  const before = channel.gate
  if (isUntouched(before)) return
  channel.gate = OPEN
  noteMove(ctx, channel, before, Date.now())
}

const isUntouched = ({ streak, reason }: Gate) => streak === 0 && reason === null

/** Logs and tells a change, and wakes what waited for an opening. */
function noteMove(ctx: Context, channel: Channel, before: Gate, now: number): void {
  const { gate, destination } = channel
  if (before.closed_until === gate.closed_until && before.is_ajar === gate.is_ajar) return
  log('warn', {
    event: 'gate',
    destination,
    state: gate.is_ajar ? 'ajar' : (gate.reason ?? 'open'),
    closed_until: gate.closed_until === null ? null : new Date(gate.closed_until).toISOString(),
  })
  tellOfGate(ctx, channel, now)
  if (isOpen(gate)) wakeAll(ctx.sql, destination, now)
  ctx.alarm.by(gate.closed_until ?? now)
}
