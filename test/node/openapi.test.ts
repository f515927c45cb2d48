import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import document from '../../src/public/openapi.json'

it('publishes a document that the schema of OpenAPI 3.1 takes', async () => {
  expect(await new Validator().validate(document)).toEqual({ valid: true })
  expect(await new Validator().validate({ ...document, paths: { orders: {} } })).toMatchObject({
    valid: false,
  })
})
