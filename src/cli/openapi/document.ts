import { CONSOLE } from './console.ts'
import { OPEN } from './open.ts'
import { ref, SCHEMAS } from './schemas.ts'
import { STORE } from './store.ts'
import { VENDORS } from './vendors.ts'

/** Every public route, as OpenAPI 3.1. What a request must hold comes from the validators themselves. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Sign Customiser Bridge',
    version: '1',
    description:
      'Every answer has an x-request-id. Errors are RFC 9457 problems; their type leads to a page that says what to do.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'vendors', description: 'Signed by Sign Customiser or SHOPLINE.' },
    { name: 'store', description: 'For the store’s backend.' },
    { name: 'open', description: 'For anyone.' },
    { name: 'console', description: 'Pages for the operator.' },
  ],
  paths: { ...VENDORS, ...STORE, ...OPEN, ...CONSOLE },
  components: {
    schemas: SCHEMAS,
    responses: {
      Problem: {
        description: 'What is wrong, and where.',
        headers: { 'Retry-After': { schema: { type: 'string' } } },
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
    securitySchemes: {
      signCustomiser: {
        type: 'apiKey',
        in: 'header',
        name: 'x-webhook-signature',
        description: 'Hex HMAC-SHA-256 of x-webhook-timestamp (Unix seconds), a full stop and the raw body.',
      },
      shopline: {
        type: 'apiKey',
        in: 'query',
        name: 'sign',
        description:
          'Hex HMAC-SHA-256 of x-shopline-developer-event-timestamp, a colon and the JSON with sorted keys.',
      },
      store: { type: 'http', scheme: 'bearer', description: 'STORE_API_TOKEN' },
      console: { type: 'http', scheme: 'basic', description: 'User operator, CONSOLE_PASSWORD' },
    },
  },
}
