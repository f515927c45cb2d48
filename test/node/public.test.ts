import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '../../src/sandbox/stack.ts'

let stack: Stack
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sign-customiser-bridge-public-'))
  stack = await startStack({ directory, bridgePort: 0, sandboxPort: 0 })
})

afterAll(async () => {
  await stack.stop()
  await rm(directory, { recursive: true, force: true })
})

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${stack.bridgeUrl}${path}`, { redirect: 'manual', ...init })

/** What only the Worker puts into an answer. */
const isWorkers = ({ headers }: Response) => headers.has('x-request-id')

describe('what never changes', () => {
  it.each([
    ['/style.css', 'text/css; charset=utf-8', 'no-cache'],
    ['/console/style.css', 'text/css; charset=utf-8', 'no-cache'],
    ['/icon.svg', 'image/svg+xml', 'public, max-age=86400'],
    ['/openapi.json', 'application/json', 'public, max-age=300'],
    ['/problems', 'text/html; charset=utf-8', 'no-store'],
    ['/problems/not-found', 'text/html; charset=utf-8', 'no-store'],
  ])('is served without the Worker: %s', async (path, type, kept) => {
    const response = await ask(path)

    expect(response.status).toBe(200)
    expect(isWorkers(response)).toBe(false)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('cache-control')).toBe(kept)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('answers HEAD, and refuses what would change it', async () => {
    expect((await ask('/style.css', { method: 'HEAD' })).status).toBe(200)
    expect((await ask('/style.css', { method: 'POST' })).status).toBe(405)
    expect((await ask('/openapi.json', { method: 'DELETE' })).status).toBe(405)
  })

  it('leads to the address without a slash at its end', async () => {
    for (const path of ['/openapi.json', '/problems', '/problems/not-found'])
      expect((await ask(`${path}/`)).headers.get('location')).toBe(path)
  })

  it('gives nothing away of how it is served', async () => {
    for (const path of ['/_headers', '/_redirects']) expect((await ask(path)).status).toBe(404)
  })
})

describe('what no file is there for', () => {
  it.each(['/problems/nothing', '/console/script.js', '/nothing.css'])(
    'is the Worker’s: %s',
    async (path) => {
      const response = await ask(path)

      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        type: '/problems/not-found',
        request_id: response.headers.get('x-request-id'),
      })
    },
  )
})

describe('the demo', () => {
  it.each(['/demo', '/demo/style.css', '/demo/script.js'])('asks the Worker first: %s', async (path) => {
    const response = await ask(path)

    expect(response.status).toBe(200)
    expect(isWorkers(response)).toBe(true)
  })

  it('has the checkout of the sandbox, and a policy that lets in its designer alone', async () => {
    const response = await ask('/demo')

    expect(await response.text()).toContain('id="checkout"')
    expect(response.headers.get('content-security-policy')).toContain(
      `script-src 'self' ${stack.sandboxUrl};`,
    )
  })
})

describe('what the Worker completes', () => {
  it('is in embed.js', async () => {
    const response = await ask('/embed.js')

    expect(response.status).toBe(200)
    expect(isWorkers(response)).toBe(true)
    expect(await response.text()).toContain(`"bridge":"${stack.bridgeUrl}"`)
  })

  it.each(['/demo/on', '/demo/on.html', '/demo/sandbox', '/embed/script.js'])(
    'has no way in beside the Worker: %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404)
    },
  )
})
