import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { close, serve } from '../../src/sandbox/serve.ts'
import { freePort, startStack } from '../../src/sandbox/stack.ts'
import type {} from './provided.ts'
import { shop } from './shop.ts'

/** Bridge, sandbox and shop on free ports of loopback, for all files; gone afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'bridge-browser-'))
  const [shopPort, friendPort] = [await freePort(0, ''), await freePort(0, '')]
  const origin = (port: number) => `http://127.0.0.1:${port}`
  const stack = await startStack({
    directory,
    bridgePort: 0,
    sandboxPort: 0,
    settings: { STORE_ORIGINS: origin(shopPort), EMBED_ORIGINS: origin(friendPort) },
  })
  const servers = [
    await serve(shop(stack.bridgeUrl), shopPort),
    await serve(shop(stack.bridgeUrl), friendPort),
  ]

  project.provide('bridge', stack.bridgeUrl)
  project.provide('sandbox', stack.sandboxUrl)
  project.provide('storeToken', stack.storeToken)
  project.provide('consolePassword', stack.consolePassword)
  project.provide('shop', origin(shopPort))
  project.provide('friend', origin(friendPort))
  project.provide('stranger', `http://localhost:${friendPort}`)

  return async () => {
    await Promise.all(servers.map(close))
    await stack.stop()
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}
