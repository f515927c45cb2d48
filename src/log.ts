/**
 * What a log line may hold. The list is the rule: a fact that has no place here is not logged, so that no
 * secret, signature, token, name, e-mail, phone or address can slip in.
 */
export interface LogLine {
  event:
    | 'request'
    | 'attempt'
    | 'given-up'
    | 'gate'
    | 'catalogue'
    | 'order-fetched'
    | 'store-product'
    | 'fault'
  request_id?: string
  method?: string
  /** The route's pattern, never the path: a path can hold what a caller mistyped into it. */
  route?: string
  status?: number | null
  code?: string
  external_id?: string
  topic?: string
  destination?: string
  state?: string
  outcome?: string
  /** The way of writing the body that its signature fits. */
  reading?: string
  attempt?: number
  duration_ms?: number
  closed_until?: string | null
  settings?: readonly string[]
  count?: number
  error?: string
  cause?: string
  stack?: string
}

/** Writes one JSON line. `wrangler tail` shows the level: faults are errors, refusals are warnings. */
export function log(level: 'log' | 'warn' | 'error', line: LogLine): void {
  console[level](JSON.stringify(line))
}

/** Logs a fault of ours: what it says, what caused it, and where it was thrown. */
export function logFault(fault: unknown, about: Omit<LogLine, 'event' | 'error' | 'cause' | 'stack'>): void {
  const { cause, stack = '' } = fault instanceof Error ? fault : new Error()
  log('error', {
    event: 'fault',
    ...about,
    error: described(fault),
    ...(cause !== undefined && { cause: described(cause) }),
    stack: stack
      .split('\n')
      .filter((frame) => frame.startsWith('    at '))
      .slice(0, 8)
      .join('\n'),
  })
}

/** The message of a `SyntaxError` quotes the text that was parsed, which may be a customer's, so it stays out. */
function described(fault: unknown): string {
  if (!(fault instanceof Error)) return 'something other than an Error'
  return fault instanceof SyntaxError ? fault.name : `${fault.name}: ${fault.message}`
}
