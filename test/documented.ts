import { type Schema, Validator } from '@cfworker/json-schema'
import document from '../src/public/openapi.json'

type Content = Record<string, { schema: Schema }>
interface Operation {
  parameters?: { name: string; in: string }[]
  security?: Record<string, []>[]
  requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> }
  responses: Record<string, { $ref?: string; content?: Content }>
}

export const DOCUMENT = document as unknown as {
  paths: Record<string, Record<string, Operation>>
  components: { responses: Record<string, { content: Content }> }
}

/** What OpenAPI leaves out on purpose, since no program calls it: pages for people, with all that is below a `/*`. */
const LEFT_OUT = ['/', '/style.css', '/icon.svg', '/problems', '/demo/*', '/embed/*', '/console/*']

export const isLeftOut = (path: string) =>
  LEFT_OUT.some(
    (one) => path === one.replace('/*', '') || (one.endsWith('*') && path.startsWith(one.slice(0, -1))),
  )

/** Fixed parts win over parameters: /orders/retry is no order. */
const PATHS = Object.keys(DOCUMENT.paths)
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }))

const validators = new Map<string, Validator>()

/** Says how an answer differs from what OpenAPI promises of its route; null when it does not. */
export async function undocumented(method: string, url: string, response: Response): Promise<string | null> {
  const { status } = response
  const { pathname } = new URL(url)
  // A slash at the end changes nothing.
  const asked = pathname.replace(/(.)\/$/, '$1')
  // A preflight is CORS's own; HEAD is GET without what could be compared.
  if (['HEAD', 'OPTIONS'].includes(method) || isLeftOut(asked)) return null
  const path = PATHS.find(({ pattern }) => pattern.test(asked))?.path ?? ''
  const operation = DOCUMENT.paths[path]?.[method.toLowerCase()]
  if (!operation) return status === 404 || status === 405 ? null : 'no such operation'

  const found = operation.responses[status]
  if (!found) return `no status ${status}`
  const shared = found.$ref?.split('/').at(-1)
  const content = shared === undefined ? found.content : DOCUMENT.components.responses[shared]?.content
  if (!content) return null
  const type = response.headers.get('content-type')?.split(';')[0] ?? 'no type'
  const promised = content[type]
  if (!promised) return `${type} with status ${status}`
  return type.endsWith('json') ? differences(await response.clone().json(), promised.schema) : null
}

function differences(value: unknown, schema: Schema): string | null {
  const key = JSON.stringify(schema)
  const validator =
    validators.get(key) ?? new Validator({ ...schema, components: DOCUMENT.components }, '2020-12', false)
  validators.set(key, validator)
  const { valid, errors } = validator.validate(value)
  return valid
    ? null
    : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join('; ')
}
