import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { JsonObject } from '../../src/http/json.ts'
import bridge from '../../src/index.ts'
import { type EventView, listEvents as eventsIn } from '../../src/ledger/events.ts'
import { canonicalJson } from '../../src/ledger/new-order.ts'
import { prefixed, sign } from '../../src/signing/hmac.ts'
import { changeSettings, ledger, SECOND, sendAsStore, utf8 } from '../bridge.ts'
import envelope from '../payloads/shopline/order-create.json'

/** The product of the payload that is a sign, once it was issued. */
export const SIGN = '64aa00000000000000000001'
export const ORDER = '65a4f0c1e4b0a1000d8d5541'

/** Makes a product ID known as one that the bridge issued. */
export async function issue(...ids: string[]): Promise<void> {
  for (const id of ids) expect((await sendAsStore('PUT', `/products/${id}`, {})).status).toBe(201)
}

/** The documented event with another resource, topic or trace. */
export const orderEvent = (resource: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  ...(envelope as unknown as JsonObject),
  resource: { ...(envelope.resource as unknown as JsonObject), ...resource },
  ...more,
})

/** What is spoiled about a webhook, and the settings that the bridge has other than the test's. */
export interface Flaw {
  secret?: string
  /** Seconds; negative is in the future. */
  age?: number
  timestamp?: string | null
  query?: string
  /** The header that has the signature too. */
  header?: string
  settings?: Record<string, string>
}

/** Sends an event as SHOPLINE signs it. */
export async function postWebhook(event: unknown, flaw: Flaw = {}): Promise<Response> {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  const timestamp = flaw.timestamp ?? `${Math.floor(Date.now() / SECOND) - (flaw.age ?? 0)}`
  const signed = typeof event === 'string' ? event : canonicalJson(JSON.parse(body))
  const signature = await sign(flaw.secret ?? 'app-secret', prefixed(`${timestamp}:`, utf8(signed)))
  const request = new Request<unknown, IncomingRequestCfProperties>(
    `https://bridge.test/shopline/webhooks${flaw.query ?? `?sign=${signature}`}`,
    {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(flaw.header && { [flaw.header]: signature }),
        ...(flaw.timestamp !== null && { 'x-shopline-developer-event-timestamp': timestamp }),
      },
    },
  )
  return bridge.fetch(request, { ...env, ...flaw.settings } as Env, createExecutionContext())
}

/** Sends an event that must be taken, and returns what came of it. */
export async function report(event: JsonObject, flaw: Flaw = {}): Promise<string | undefined> {
  const response = await postWebhook(event, flaw)
  expect([response.status, await response.json()]).toEqual([200, { ok: true }])
  return (await listEvents())[0]?.note
}

/** The events that were taken in, newest first. */
export const listEvents = (): Promise<EventView[]> =>
  runInDurableObject(
    ledger(),
    (_, { storage }) =>
      eventsIn(storage.sql, { topic: null, limit: 50, before: Number.MAX_SAFE_INTEGER }).items,
  )

/** Has the ledger queue alerts. */
export const alertsOn = () => changeSettings({ ALERT_URL: 'https://alerts.test' })

/** The alerts that were queued, oldest first. */
export const listAlerts = () =>
  runInDurableObject(ledger(), (_, { storage }) =>
    storage.sql
      .exec<{ body: string }>("SELECT body FROM deliveries WHERE destination = 'alerts' ORDER BY seq")
      .toArray()
      .map(({ body }) => JSON.parse(body)),
  )
