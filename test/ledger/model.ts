import { expect } from 'vitest'
import { accepted, type Sent } from '../bridge.ts'

export const STATES = ['queued', 'sending', 'unconfirmed', 'relayed', 'rejected', 'failed'] as const
type State = (typeof STATES)[number]
type Outcome = 'relayed' | 'passing' | 'rejected' | 'unconfirmed'

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
export interface Known {
  currency: string
  state: State
  arrivals: number
  /** Answers that were lost: each may account for one arrival too many. */
  lost: number
  /** Sign Customiser's event said that it is there, whether it is or not. */
  isClaimed: boolean
}

/** What must be so, kept beside the bridge: of each order what was acknowledged and what the other side saw of it. */
export class Model {
  mood: Mood = 'fine'
  readonly orders = new Map<string, Known>()
  readonly attempts: Partial<Record<Outcome, number>> = {}
  /** The newest signed version of the design: when it was signed, and its price. */
  design = { signedAt: Number.NEGATIVE_INFINITY, price: 0 }
  readonly events = new Set<string>()

  /** Stands in for the other side. */
  answer({ body, url }: Sent): Response | Promise<Response> {
    if (url.endsWith('/webhooks')) return MOODS[this.mood].answer()
    const { external_id, currency } = body as { external_id: string; currency: string }
    const { answer, outcome, takes } = MOODS[this.mood]
    const known = this.orders.get(external_id)
    if (!known) throw new Error(`${external_id} was sent before it was handed in`)
    expect(currency).toBe(known.currency)
    if (takes) known.arrivals++
    if (outcome === 'unconfirmed') known.lost++
    this.attempts[outcome] = (this.attempts[outcome] ?? 0) + 1
    return answer()
  }

  /** A callback was acknowledged. Of two that were signed in the same second the one that is there counts. */
  signed(signedAt: number, price: number): void {
    if (signedAt > this.design.signedAt) this.design = { signedAt, price }
  }

  count(state: State): number {
    return [...this.orders.values()].filter((known) => known.state === state).length
  }
}

/**
 * Says whether an order may be found in state `after` when it was in `before`, with what was done meanwhile. `relayed` is final;
 * `rejected` and `failed` are left only by a retry, a correction or a confirmation.
 */
export function mayMove(before: State, after: State, wasPushed: boolean): boolean {
  if (before === after) return true
  if (before === 'relayed') return false
  return before === 'rejected' || before === 'failed' ? wasPushed : true
}
