import { operation, type Parameter } from './operations.ts'

const path = (name: string): Parameter => ({ name, in: 'path', required: true, schema: { type: 'string' } })
const open = { tag: 'open' } as const

export const OPEN = {
  '/': {
    get: operation({
      ...open,
      summary: 'What this is',
      answers: { 200: ['A page.', 'text/html'] },
      problems: [],
    }),
  },
  '/health': {
    get: operation({
      ...open,
      summary: 'Does the Worker run?',
      answers: { 200: ['It does.', 'Ok'] },
      problems: [],
    }),
  },
  '/ready': {
    get: operation({
      ...open,
      summary: 'Can the bridge do its work?',
      answers: {
        200: ['It can; check by check.', 'Readiness'],
        503: ['It lacks something; check by check.', 'Readiness'],
      },
      problems: [],
    }),
  },
  '/openapi.json': {
    get: operation({
      ...open,
      summary: 'This document',
      answers: { 200: ['OpenAPI 3.1.', 'application/json'], 304: ['Yours is the same.'] },
      problems: [],
    }),
  },
  '/problems': {
    get: operation({
      ...open,
      summary: 'Every problem code',
      answers: { 200: ['A page.', 'text/html'] },
      problems: [],
    }),
  },
  '/problems/{code}': {
    get: operation({
      ...open,
      summary: 'What a problem means and what to do',
      parameters: [path('code')],
      answers: { 200: ['A page.', 'text/html'] },
      problems: ['missing'],
    }),
  },
  '/storefront/products/{product_id}': {
    get: operation({
      ...open,
      summary: 'The product ID of a design that was just made',
      description:
        'For pages of STORE_ORIGINS. The design may still be on its way: ask again after Retry-After.',
      parameters: [path('product_id')],
      answers: { 200: ['Its ID.', 'ExternalId'] },
      problems: ['missing', 'setting'],
    }),
  },
  '/embed.js': {
    get: operation({
      ...open,
      summary: 'The storefront’s script',
      answers: { 200: ['JavaScript.', 'text/javascript'], 304: ['Yours is the same.'] },
      problems: ['setting'],
    }),
  },
  '/demo': {
    get: operation({
      ...open,
      summary: 'A demo shop, where DEMO is on',
      answers: { 200: ['A page.', 'text/html'] },
      problems: ['missing', 'setting'],
    }),
  },
  '/style.css': {
    get: operation({
      ...open,
      summary: 'How the pages look',
      answers: { 200: ['CSS.', 'text/css'], 304: ['Yours is the same.'] },
      problems: [],
    }),
  },
  '/icon.svg': {
    get: operation({
      ...open,
      summary: 'The icon of the pages',
      answers: { 200: ['A picture.', 'image/svg+xml'], 304: ['Yours is the same.'] },
      problems: [],
    }),
  },
}
