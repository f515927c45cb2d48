import { Routes } from '../http/app.ts'
import { kept } from '../http/kept.ts'
import { text } from './generated/openapi.ts'

/** Every route for programs, as OpenAPI 3.1. */
export const openapi = new Routes().get('/', (c) =>
  kept(c, text, {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
  }),
)
