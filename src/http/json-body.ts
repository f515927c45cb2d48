import { createMiddleware } from 'hono/factory'
import type { App } from './app.ts'
import { readBody } from './body-limit.ts'
import { requireSettings } from './configured.ts'
import { parseJson } from './json.ts'
import { refuse } from './problem.ts'

/** Admits only JSON bodies within the limit, leaving the parsed value in `c.var.json`. */
export const jsonBody = createMiddleware<App>(async function jsonBody(c, next) {
  const settings = requireSettings(c, ['MAX_BODY_BYTES'])
  if (!settings.ok) return settings.error

  const type = c.req.header('content-type') ?? ''
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
    return refuse(c, { code: 'unsupported-media-type', detail: 'Send Content-Type: application/json.' })

  const body = await readBody(c.req.raw, settings.value.MAX_BODY_BYTES)
  if (!body.ok) return refuse(c, body.error)
  const json = parseJson(body.value)
  if (!json.ok) return refuse(c, json.error)

  c.set('json', json.value.value)
  return next()
})
