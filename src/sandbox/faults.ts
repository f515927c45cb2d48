import * as v from 'valibot'
import { type Input, isInput, whole } from './input.ts'

const everyFault = {
  /** How many calls fail this way. */
  count: v.optional(whole(1, 1_000_000), 1),
  /** Whether the order is taken in all the same, and only the answer goes wrong. */
  recorded: v.optional(v.boolean('must be true or false'), false),
}

/** How calls are made to fail: the body of `POST /sandbox/faults`. */
export const faultSchema = v.pipe(
  v.custom<Input>(isInput, 'must be an object'),
  v.variant(
    'kind',
    [
      v.strictObject({
        kind: v.literal('status'),
        status: v.optional(whole(200, 599), 503),
        /** Seconds as a number, or an HTTP date as a string. */
        retry_after: v.optional(
          v.union([whole(0, 1_000_000), v.string()], 'must be seconds as a number, or a date as a string'),
        ),
        ...everyFault,
      }),
      v.strictObject({ kind: v.literal('html'), status: v.optional(whole(200, 599), 200), ...everyFault }),
      v.strictObject({ kind: v.picklist(['hang', 'drop', 'redirect']), ...everyFault }),
    ],
    'must be status, html, hang, drop or redirect',
  ),
)

export type Fault = v.InferOutput<typeof faultSchema>

/** The connection ends without an answer: whoever serves the sandbox cuts it, and an in-process `fetch` rejects. */
export class ConnectionDropped extends Error {
  override name = 'ConnectionDropped'
}

/** The failures in store; each call uses up one. */
export class Faults {
  #waiting: Fault[] = []

  get waiting(): readonly Fault[] {
    return this.#waiting
  }

  add(fault: Fault): void {
    this.#waiting.push({ ...fault })
  }

  clear(): void {
    this.#waiting = []
  }

  next(): Fault | null {
    const fault = this.#waiting[0]
    if (!fault) return null
    fault.count--
    if (fault.count === 0) this.#waiting.shift()
    return fault
  }
}

const MAINTENANCE = '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>'
const BODILESS = new Set([204, 205, 304])

/** Answers the failing way. Hanging lasts until the caller gives up. */
export async function fail(fault: Fault, request: Request): Promise<Response> {
  switch (fault.kind) {
    case 'status': {
      const headers = new Headers({ 'content-type': 'application/json' })
      if (fault.retry_after !== undefined) headers.set('retry-after', `${fault.retry_after}`)
      const body = BODILESS.has(fault.status)
        ? null
        : JSON.stringify({ message: 'The sandbox was told to fail.' })
      return new Response(body, { status: fault.status, headers })
    }
    case 'html':
      return new Response(BODILESS.has(fault.status) ? null : MAINTENANCE, {
        status: fault.status,
        headers: { 'content-type': 'text/html; charset=utf-8' },
      })
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: new URL('/login', request.url).href } })
    case 'drop':
      throw new ConnectionDropped('the sandbox dropped the connection')
    case 'hang':
      await untilAborted(request.signal)
      throw new ConnectionDropped('the caller gave up')
  }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
