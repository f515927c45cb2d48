import { createServer } from 'node:net'
import { LOOPBACK } from './serve.ts'
import { Trouble } from './trouble.ts'

/**
 * Makes sure that a port is free, or finds one for port 0. Whoever listens a moment later may still come second.
 *
 * `flag` is how another port is chosen: a busy one is named together with it.
 */
export async function freePort(port: number, flag: string): Promise<number> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, LOOPBACK, resolve)
    })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const why = error.code === 'EADDRINUSE' ? 'is in use: end what uses it, or' : 'may not be used:'
    throw new Trouble(
      `Port ${port} ${why} choose another with \`npm start -- ${flag} ${port < 1024 ? 9000 : port + 10}\`.`,
    )
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server has no port')
  await new Promise((resolve) => server.close(resolve))
  return address.port
}
