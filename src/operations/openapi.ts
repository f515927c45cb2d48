import { Routes } from '../http/app.ts'
import { withEtag } from '../http/page.ts'
import { text } from './generated/openapi.ts'

/** Every route for programs, as OpenAPI 3.1. */
export const openapi = new Routes().get('/', (c) =>
  withEtag(c, text, {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
  }),
)
