import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import { isObject } from '../../http/json.ts'

export type Schema = JsonSchema

/** What a validator demands. A check that it can't express, but for being an object, throws. */
export function demanded(schema: GenericSchema, more: Schema = {}): Schema {
  const { $schema: _, ...demands } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'output',
    overrideAction: ({ valibotAction: action, jsonSchema }) => {
      if (action.type === 'check' && 'requirement' in action && action.requirement === isObject)
        return { ...jsonSchema, type: 'object' }
      // Patterns of OpenAPI are Unicode's as they are: the flag says nothing new.
      if (action.type === 'regex' && 'requirement' in action && action.requirement instanceof RegExp)
        return { ...jsonSchema, pattern: action.requirement.source }
      return undefined
    },
  })
  return { ...demands, ...more }
}
