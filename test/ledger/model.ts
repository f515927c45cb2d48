import { expect } from 'vitest'
import { accepted, SECOND, type Sent } from '../bridge.ts'

export const STATES = [
  'queued',
  'sending',
  'unconfirmed',
  'relayed',
  'rejected',
  'failed',
  'cancelled',
] as const
export type State = (typeof STATES)[number]
type Outcome = 'relayed' | 'passing' | 'rejected' | 'unconfirmed'

/** The settings that the model knows of. */
export const CONFIRM_MS = 120 * SECOND
export const LOST_ANSWERS = 3

/** How the other side answers, and what the bridge must make of it. With the last two it has taken the order but does not say so. */
const MOODS = {
  fine: { answer: accepted, outcome: 'relayed', takes: true },
  down: { answer: () => new Response('', { status: 503 }), outcome: 'passing', takes: false },
  busy: {
    answer: () => new Response('', { status: 429, headers: { 'retry-after': '90' } }),
    outcome: 'passing',
    takes: false,
  },
  locked: { answer: () => new Response('', { status: 401 }), outcome: 'passing', takes: false },
  strict: { answer: () => new Response('', { status: 422 }), outcome: 'rejected', takes: false },
  breaking: {
    answer: () => Promise.reject(new TypeError('Network connection lost.')),
    outcome: 'unconfirmed',
    takes: true,
  },
  mute: { answer: () => new Response('<h1>OK</h1>'), outcome: 'unconfirmed', takes: true },
} as const satisfies Record<
  string,
  { answer: () => Response | Promise<Response>; outcome: Outcome; takes: boolean }
>
export type Mood = keyof typeof MOODS
export const MOOD_NAMES = Object.keys(MOODS) as Mood[]
/** The moods that leave the bridge in doubt. */
export const LOSSES: readonly Mood[] = ['breaking', 'mute']

/** What is known of an order without asking the bridge. */
export class Known {
  currency: string
  state: State = 'queued'
  sends = 0
  arrivals = 0
  /** Answers that were lost: each may account for one arrival too many. */
  lost = 0
  /** Those since an operator last said that it had not arrived. */
  doubt = 0
  /** Sends while there was such a doubt. */
  resent = 0
  /** Nothing but a retry of this one order sends it earlier, in milliseconds since 1970. */
  notBefore = 0
  /** As many answers were lost as may be: only an operator has it sent again. */
  isBarred = false
  isErased = false
  /** An operator said that it is there, whether it is or not. */
  isClaimed = false
  /** The event that says so came once it had been sent, or its answer was lost later. */
  isConfirmed = false

  constructor(currency: string) {
    this.currency = currency
  }

  get mayHaveArrived(): boolean {
    return this.state === 'relayed' ? this.resent > 0 : this.doubt > 0
  }
}

/** What must be so, kept beside the bridge: of each order what was acknowledged and what the other side saw of it. */
export class Model {
  mood: Mood = 'fine'
  readonly orders = new Map<string, Known>()
  readonly attempts: Partial<Record<Outcome, number>> = {}
  probes = 0
  sentAgain = 0
  /** The newest signed version of the design: when it was signed, and its price. */
  design = { signedAt: Number.NEGATIVE_INFINITY, price: 0 }
  readonly events = new Set<string>()
  /** The orders that Sign Customiser's event said to be there, whether they are or not. */
  readonly proven = new Set<string>()

  /** What was sent that must not be. The bridge would take it for a lost answer, were it thrown where it is found. */
  fault: unknown = null

  /** Stands in for the other side. */
  answer(sent: Sent): Response | Promise<Response> {
    try {
      return this.#answer(sent)
    } catch (fault) {
      this.fault ??= fault
      throw fault
    }
  }

  #answer({ body, url }: Sent): Response | Promise<Response> {
    const { answer, outcome, takes } = MOODS[this.mood]
    if (url.endsWith('/webhooks')) {
      expect(body, 'a probe orders nothing').toBeNull()
      this.probes++
      return answer()
    }
    const { external_id, currency } = body as { external_id: string; currency: string }
    const known = this.orders.get(external_id)
    if (!known) throw new Error(`${external_id} was sent before it was handed in`)
    expect(currency).toBe(known.currency)
    expect(['relayed', 'cancelled'], 'is not sent any more').not.toContain(known.state)
    expect(known.isErased, 'has nothing left to be sent').toBe(false)
    expect(known.isBarred, 'is sent once more than answers may be lost').toBe(false)
    expect(Date.now(), 'is sent before a confirmation had its time').toBeGreaterThanOrEqual(known.notBefore)

    known.sends++
    if (known.doubt > 0) {
      known.resent++
      this.sentAgain++
    }
    if (takes) known.arrivals++
    if (outcome === 'unconfirmed') this.#lose(known, external_id)
    // Until the bridge says otherwise: what was answered for good is not sent once more.
    else if (outcome === 'relayed') known.state = 'relayed'
    this.attempts[outcome] = (this.attempts[outcome] ?? 0) + 1
    return answer()
  }

  #lose(known: Known, id: string): void {
    known.lost++
    known.doubt++
    known.notBefore = Date.now() + CONFIRM_MS
    known.isBarred = known.doubt >= LOST_ANSWERS
    // An event that came before the order was sent counts now.
    if (!this.proven.has(id)) return
    known.isConfirmed = true
    known.state = 'relayed'
  }

  /** A callback was acknowledged. Of two that were signed in the same second the one that is there counts. */
  signed(signedAt: number, price: number): void {
    if (signedAt > this.design.signedAt) this.design = { signedAt, price }
  }

  count(has: (known: Known) => boolean): number {
    return [...this.orders.values()].filter(has).length
  }
}

/**
 * Says whether an order may be found in state `after` when it was in `before`, with what was done meanwhile. `relayed` is final;
 * `rejected`, `failed` and `cancelled` are left, and `cancelled` is come to, only by what somebody did.
 */
export function mayMove(before: State, after: State, wasPushed: boolean): boolean {
  if (before === after) return true
  if (before === 'relayed') return false
  const isAtRest = before === 'rejected' || before === 'failed' || before === 'cancelled'
  return isAtRest || after === 'cancelled' ? wasPushed : true
}
