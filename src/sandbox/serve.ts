import { createServer, type Server } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Hono } from 'hono'
import { isLoopback } from '../readers.ts'
import { ConnectionDropped } from './faults.ts'

const MISDIRECTED = 'The sandbox answers at 127.0.0.1 and localhost alone.'

/** The only address that anything here listens on. */
export const LOOPBACK = '127.0.0.1'

/**
 * Serves an app on loopback, where a `ConnectionDropped` cuts the connection. Rejects when the port is taken.
 *
 * It answers by this machine's own names alone. A page of another site can have its name lead here (DNS rebinding); its requests then
 * still bring that name.
 */
export async function serve(app: Hono, port: number): Promise<Server> {
  const listener = getRequestListener(
    async (request, { outgoing }) => {
      if (!isLoopback(new URL(request.url))) return Response.json({ message: MISDIRECTED }, { status: 421 })
      try {
        return await app.fetch(request)
      } catch (error) {
        if (!(error instanceof ConnectionDropped)) throw error
        ;(outgoing as HttpBindings['outgoing']).destroy()
        return RESPONSE_ALREADY_SENT
      }
    },
    { overrideGlobalObjects: false },
  )
  const server = createServer(listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, LOOPBACK, resolve)
  })
  return server
}

/** Stops listening and cuts what is still open, a hanging answer included. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
