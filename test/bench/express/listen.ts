import type { AddressInfo } from 'node:net'
import type { Express } from 'express'

/** Listens on a free port of loopback and tells the benchmark which. */
export function listen(app: Express): void {
  const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.once('disconnect', () => process.exit())
}
