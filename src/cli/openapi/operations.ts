import type { Schema } from './demanded.ts'
import { STATUS_OF_PROBLEMS } from './problems.ts'
import { ref, type SCHEMAS } from './schemas.ts'

type SchemaName = keyof typeof SCHEMAS

interface Description {
  summary: string
  description?: string
  tag: 'vendors' | 'store' | 'open' | 'console'
  security?: 'signCustomiser' | 'shopline' | 'store' | 'console'
  parameters?: readonly Parameter[]
  body?: { schema: SchemaName; examples: Record<string, unknown> }
  /** Status, what it says, and the schema or the media type of its body. */
  answers: Record<number, readonly [description: string, content?: SchemaName | `${string}/${string}`]>
  problems: readonly (keyof typeof STATUS_OF_PROBLEMS)[]
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  schema: Schema
}

/** One operation of OpenAPI 3.1. Every one may also meet a fault of ours. */
export function operation({
  tag,
  summary,
  description,
  security,
  parameters,
  body,
  answers,
  problems,
}: Description) {
  const refused = [...problems, 'fault' as const].flatMap((name) => STATUS_OF_PROBLEMS[name])
  return {
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(security && { security: [{ [security]: [] }] }),
    ...(parameters?.length && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: ref(body.schema),
            examples: Object.fromEntries(
              Object.entries(body.examples).map(([name, value]) => [name, { value }]),
            ),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, [description, content]]) => [
          status,
          { description, ...(content && { content: contentOf(content) }) },
        ]),
      ),
      ...Object.fromEntries(
        [...new Set(refused)]
          .filter((status) => !(status in answers))
          .map((status) => [`${status}`, { $ref: '#/components/responses/Problem' }]),
      ),
    },
  }
}

const contentOf = (content: string) =>
  content.includes('/')
    ? { [content]: { schema: content.endsWith('json') ? {} : { type: 'string' } } }
    : { 'application/json': { schema: ref(content as SchemaName) } }
