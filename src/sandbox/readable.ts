import { stripVTControlCharacters } from 'node:util'
import type { LogLine } from '../log.ts'

/** What wrangler says besides: its own line for each request, and decoration around warnings. */
const NOISE = /^\s*$|^\[wrangler:info\]|^⎔|^▲ \[WARNING\] Scheduled Workers/

/** A line of the Worker's JSON log for people; other lines as they are; null when there is nothing to show. */
export function readable(coloured: string): string | null {
  const printed = stripVTControlCharacters(coloured)
  const start = printed.indexOf('{"event":')
  if (start === -1) return NOISE.test(printed) ? null : printed
  const line: LogLine = JSON.parse(printed.slice(start, printed.lastIndexOf('}') + 1))
  const { event, request_id: _, method, route, status, duration_ms, stack, ...facts } = line
  const words = [
    event.padEnd(8),
    method,
    route,
    status,
    ...Object.entries(facts).map(([name, value]) => (value === null ? null : `${name}=${value}`)),
    duration_ms === undefined ? null : `${duration_ms} ms`,
  ]
  const text = words.filter((word) => word !== null && word !== undefined).join(' ')
  return stack ? `${text}\n${stack}` : text
}
