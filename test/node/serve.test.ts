import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { expect, it, onTestFinished } from 'vitest'
import { close, LOOPBACK, serve } from '../../src/sandbox/serve.ts'

/** The status that a request to a served app gets when it brings this `Host`. */
async function statusFor(host: string): Promise<number | undefined> {
  const server = await serve(
    new Hono().get('/', (c) => c.text('here')),
    0,
  )
  onTestFinished(() => close(server))
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const call = request({ host: LOOPBACK, port, headers: { host: host.replace('PORT', `${port}`) } })
    call.once('response', ({ statusCode }) => resolve(statusCode))
    call.once('error', reject)
    call.end()
  })
}

it.each(['127.0.0.1:PORT', 'localhost:PORT', '127.0.0.1', '[::1]:PORT'])(
  'serves by its own name: %s',
  async (host) => {
    expect(await statusFor(host)).toBe(200)
  },
)

it.each(['evil.test:PORT', 'evil.test', '127.0.0.1.evil.test', 'localhost.evil.test', '192.168.1.7:PORT'])(
  'answers to no name that was made to lead here: %s',
  async (host) => {
    expect(await statusFor(host)).toBe(421)
  },
)
