import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import { text } from '../../src/operations/generated/openapi.ts'

it('publishes a document that the schema of OpenAPI 3.1 takes', async () => {
  const document = JSON.parse(text)

  expect(await new Validator().validate(document)).toEqual({ valid: true })
  expect(await new Validator().validate({ ...document, paths: { orders: {} } })).toMatchObject({
    valid: false,
  })
})
