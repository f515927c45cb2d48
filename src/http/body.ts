import { createMiddleware } from 'hono/factory'
import * as v from 'valibot'
import { err, ok, type Result } from '../result.ts'
import { readSettings } from '../settings.ts'
import type { App } from './app.ts'
import { isObject, type Json, parseJson } from './json.ts'
import type { FieldError, Refusal } from './problem.ts'
import { refuse, refuseUnconfigured } from './refuse.ts'

/** Admits only JSON bodies within the limit, leaving the parsed value in `c.var.json`. */
export const jsonBody = createMiddleware<App & { Variables: { json: Json } }>(
  async function jsonBody(c, next) {
    const settings = readSettings(c.env, ['MAX_BODY_BYTES'])
    if (!settings.ok) return refuseUnconfigured(c, settings.error)

    const type = c.req.header('content-type') ?? ''
    if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
      return refuse(c, { code: 'unsupported-media-type', detail: 'Send Content-Type: application/json.' })

    const body = await readBody(c.req.raw, settings.value.MAX_BODY_BYTES)
    if (!body.ok) return refuse(c, body.error)
    const json = parseJson(body.value)
    if (!json.ok) return refuse(c, json.error)

    c.set('json', json.value.value)
    return next()
  },
)

type Body = Result<Uint8Array<ArrayBuffer>, Refusal>

/**
 * Reads a body of at most `limit` bytes, or refuses it as soon as it is known to be larger, and without reading it when it is
 * compressed: Cloudflare passes such a body on as it came, and what it unpacks to has no limit.
 *
 * A declared length is read in one go and without asking for the stream, which would have to be made first: a fifth of the cost
 * of joining chunks at 256 KB. HTTP's framing keeps a sender to what it declared; what gets here some other way and holds more is
 * refused all the same.
 */
export async function readBody(request: Request, limit: number): Promise<Body> {
  if (!/^(identity)?$/i.test(request.headers.get('content-encoding') ?? '')) {
    await request.body?.cancel()
    return err({
      code: 'unsupported-media-type',
      detail: 'Send the body as it is, not compressed: without Content-Encoding.',
    })
  }
  const declared = request.headers.get('content-length')
  if (declared !== null && !(/^\d+$/.test(declared) && Number(declared) <= limit)) {
    // A sender whose bytes nobody takes sees a cut connection instead of the answer.
    await request.body?.cancel()
    return tooLarge(limit)
  }
  try {
    if (declared === null) return request.body ? await readStream(request.body, limit) : ok(new Uint8Array(0))
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.length <= limit ? ok(bytes) : tooLarge(limit)
  } catch {
    // Nothing but the sender's own connection is read here.
    return err({ code: 'malformed-json', detail: 'The body broke off before its end.' })
  }
}

async function readStream(body: ReadableStream<Uint8Array>, limit: number): Promise<Body> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body.getReader()
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    length += chunk.value.length
    if (length > limit) {
      await reader.cancel()
      return tooLarge(limit)
    }
    chunks.push(chunk.value)
  }
  return ok(new Uint8Array(await new Blob(chunks).arrayBuffer()))
}

const tooLarge = (limit: number) =>
  err<Refusal>({ code: 'body-too-large', detail: `Send at most ${limit} bytes.` })

/** What a validator found, each with its place as a JSON pointer (RFC 6901). */
export function fieldErrors(issues: readonly v.BaseIssue<unknown>[]): FieldError[] {
  return issues.map(({ path, message }) => ({
    pointer: (path ?? []).map(({ key }) => `/${escaped(String(key))}`).join(''),
    detail: message,
  }))
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** An object, and not an array, which passes for one with a validator as it does with JavaScript. */
export const anObject = (message: string) => v.pipe(v.unknown(), v.check(isObject, message))
