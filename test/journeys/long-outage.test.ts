import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  accepted,
  alarmAt,
  anOrder,
  changeSettings,
  freezeTime,
  HOUR,
  keepLog,
  MINUTE,
  NOW,
  outsideAnswers,
  postDesign,
  postOrder,
  readOrder,
  runAlarm,
  SECOND,
  startAfresh,
} from '../bridge.ts'
import { RUNS } from '../size.ts'

beforeEach(async () => {
  freezeTime()
  keepLog()
  await postDesign({ product_id: 1 })
})
afterEach(startAfresh)

const ORDERS = Math.min(5_000, Math.ceil(RUNS / 5))
const BACK = NOW + 2 * HOUR

/** Moves the clock on to `time`, and runs each alarm at its own. */
async function passTo(time: number): Promise<void> {
  for (let at = await alarmAt(); at !== null && at <= time; at = await alarmAt()) {
    vi.setSystemTime(Math.max(Date.now(), at))
    await runAlarm()
  }
  vi.setSystemTime(Math.max(Date.now(), time))
}

it(`two hours without Sign Customiser and ${ORDERS} orders meanwhile`, {
  timeout: 60_000 + ORDERS * 200,
}, async () => {
  await changeSettings({ ALERT_URL: 'https://alerts.test/' })
  const alerts: string[] = []
  const attempts: { id: string; at: number; status: number }[] = []
  const probes: number[] = []
  const atOnce = { now: 0, most: 0 }
  let taken = 0
  const pauses = [
    { after: Math.floor(ORDERS / 3), header: () => '600' },
    { after: Math.floor(ORDERS / 2), header: () => new Date(Date.now() + 30 * MINUTE).toUTCString() },
  ]
  outsideAnswers(async ({ url, body }) => {
    if (url.endsWith('/webhooks')) {
      probes.push(Date.now())
      return Date.now() < BACK ? new Response('', { status: 503 }) : Response.json([])
    }
    const { external_id: id, kind } = body as { external_id: string; kind: string }
    if (url.startsWith('https://alerts')) {
      alerts.push(kind)
      return new Response()
    }
    const attempt = { id, at: Date.now(), status: 503 }
    attempts.push(attempt)
    atOnce.most = Math.max(atOnce.most, ++atOnce.now)
    await new Promise((resolve) => setTimeout(resolve))
    vi.setSystemTime(Date.now() + 1)
    atOnce.now--
    if (Date.now() < BACK) return new Response('', { status: 503 })
    const [pause] = pauses
    if (pause && taken >= pause.after) {
      pauses.shift()
      attempt.status = 429
      return new Response('', { status: 429, headers: { 'retry-after': pause.header() } })
    }
    taken++
    attempt.status = 200
    return accepted()
  })

  for (let n = 0; n < ORDERS; n++) {
    await passTo(NOW + (n * 2 * HOUR) / ORDERS)
    expect((await postOrder(anOrder(`${n}`))).status).toBe(202)
  }
  await passTo(BACK)

  // Five failures close the gate; from then on nothing is ordered: it is asked a minute later, then two, four, and every five.
  expect(attempts).toHaveLength(5)
  expect(probes.length).toBeLessThanOrEqual(27)
  const gaps = probes.map((at, i) => at - (probes[i - 1] ?? attempts[4]?.at ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(5 * MINUTE + SECOND)
  expect(alerts).toEqual(['gate-closed'])

  await passTo(BACK + 5 * HOUR)
  expect(taken).toBe(ORDERS)
  expect(alerts).toEqual(['gate-closed', 'recovered'])
  expect(atOnce.most).toBeLessThanOrEqual(6)
  expect(new Set(attempts.filter(({ status }) => status === 200).map(({ id }) => id)).size).toBe(ORDERS)
  for (const n of [0, ORDERS >> 1, ORDERS - 1]) expect((await readOrder(`${n}`)).state).toBe('relayed')

  const sends = new Map<string, number>()
  for (const { id } of attempts) sends.set(id, (sends.get(id) ?? 0) + 1)
  const once = attempts.filter(({ id }) => sends.get(id) === 1).map(({ id }) => Number(id))
  expect(once.length).toBeGreaterThan(ORDERS - 60)
  // Six start together, so one may be overtaken by the five beside it.
  for (const [place, n] of once.toSorted((a, b) => a - b).entries())
    expect(Math.abs(once.indexOf(n) - place)).toBeLessThan(6)

  // Six were under way at most when it asked to wait; then nothing is sent before the time it named.
  const asked = attempts.filter(({ status }) => status === 429)
  expect(asked).toHaveLength(2)
  for (const [i, wait] of [600 * SECOND, 30 * MINUTE].entries()) {
    const at = asked[i]?.at ?? 0
    const since = attempts.slice(attempts.indexOf(asked[i] ?? { id: '', at, status: 0 }) + 1)
    const early = since.filter((later) => later.at < at + wait - SECOND)
    expect(early.length).toBeLessThanOrEqual(5)
    expect(since.length).toBeGreaterThan(early.length)
  }
})
