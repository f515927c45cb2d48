import type { Input } from './input.ts'
import { signedPost } from './signed-post.ts'

/** Who is told of what. A receiver takes every topic, signed with the one secret, as a dashboard's three webhooks may be set up. */
export interface Receiver {
  url: string
  secret: string
}

/** An event, and the status that each of its deliveries was answered with; null where nothing answered. */
export interface FiredEvent {
  topic: string
  body: Input
  answers: (number | null)[]
}

interface Sending {
  /** In which sequence the held events go out. */
  sequence: 'as-fired' | 'reversed'
  /** How often each goes out. */
  times: number
}

/** The webhook subscriptions: events go out as they happen, unless they are held to be sent late, twice or out of order. */
export class Subscriptions {
  readonly events: FiredEvent[] = []
  readonly #receiver: Receiver | null
  readonly #now: () => number
  #held: FiredEvent[] | null = null

  constructor(receiver: Receiver | null, now: () => number) {
    this.#receiver = receiver
    this.#now = now
  }

  hold(): void {
    this.#held ??= []
  }

  fire(topic: string, body: Input): void {
    const event = { topic, body, answers: [] }
    this.events.push(event)
    if (this.#held) this.#held.push(event)
    else void this.#send(event)
  }

  /** Sends what was held and holds no more. */
  async release({ sequence, times }: Sending): Promise<void> {
    const events = this.#held ?? []
    this.#held = null
    if (sequence === 'reversed') events.reverse()
    for (let n = 0; n < times; n++) for (const event of events) await this.#send(event)
  }

  async #send({ body, answers }: FiredEvent): Promise<void> {
    if (!this.#receiver) return
    const answer = await signedPost(this.#receiver.url, this.#receiver.secret, body, this.#now())
    answers.push(answer?.status ?? null)
  }
}
