import { afterEach, describe, expect, it, vi } from 'vitest'
import { NotSent, postJson } from '../../src/http/exchange.ts'

afterEach(() => vi.restoreAllMocks())

const patient = new AbortController().signal
const post = (signal = patient) =>
  postJson('https://other.test/', { authorization: 'Bearer secret' }, '{}', signal)
const answers = (answer: () => Response | Promise<Response>) =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => answer())

/** A body that goes on for ever, and whether it was let go. */
function endless() {
  const seen = { cancelled: false, chunks: 0 }
  const body = new ReadableStream({
    pull(controller) {
      seen.chunks++
      controller.enqueue(new Uint8Array(65_536).fill(120))
    },
    cancel() {
      seen.cancelled = true
    },
  })
  return { body, seen }
}

describe('postJson', () => {
  it('gives status, Retry-After and words', async () => {
    answers(() => new Response('wait', { status: 429, headers: { 'retry-after': '7' } }))

    expect(await post()).toEqual({ arrived: true, status: 429, retryAfter: '7', text: 'wait', words: 'wait' })
  })

  it('follows no redirect', async () => {
    const fetched = answers(
      () => new Response(null, { status: 307, headers: { location: 'https://elsewhere.test' } }),
    )

    expect(await post()).toMatchObject({ arrived: true, status: 307 })
    expect(fetched.mock.calls[0]?.[0]).toHaveProperty('redirect', 'manual')
  })

  it('keeps 2 KB of words and lets go of a body that does not end', async () => {
    const { body, seen } = endless()
    answers(() => new Response(body, { status: 500 }))

    const answer = await post()

    expect(answer).toMatchObject({ arrived: true, status: 500, text: null })
    expect(seen.cancelled).toBe(true)
    expect(seen.chunks).toBeLessThan(10)
    answers(() => new Response('x'.repeat(5000)))
    expect((await post()).words).toHaveLength(2048)
  })

  it('reads a short answer that says how long it is', async () => {
    answers(() => new Response('{"ok":true}', { headers: { 'content-length': '11' } }))

    expect(await post()).toMatchObject({ arrived: true, status: 200, text: '{"ok":true}' })
  })

  it.each([
    ['said to be longer than can be read', { 'content-length': '9999999999' }],
    [
      'that is packed, whatever its length is said to be',
      { 'content-length': '9', 'content-encoding': 'gzip' },
    ],
  ])('lets go of a body %s', async (_, headers) => {
    const { body, seen } = endless()
    answers(() => new Response(body, { status: 500, headers, encodeBody: 'manual' }))

    expect(await post()).toMatchObject({ arrived: true, status: 500, text: null })
    expect(seen.cancelled).toBe(true)
    expect(seen.chunks).toBeLessThan(10)
  })

  it('calls a broken connection no answer', async () => {
    answers(() => Promise.reject(new TypeError('Network connection lost.')))

    expect(await post()).toEqual({ arrived: false, words: 'The connection failed.' })
  })

  it('calls an answer that comes too late none', async () => {
    const timeout = new AbortController()
    answers(() => {
      timeout.abort()
      return Promise.reject(timeout.signal.reason)
    })

    expect(await post(timeout.signal)).toEqual({ arrived: false, words: 'No answer came in time.' })
  })

  it.each([
    ['too many subrequests', new Error('Too many subrequests by single Worker invocation.')],
    ['a quota', Object.assign(new Error('no'), { name: 'QuotaExceededError' })],
  ])('throws when %s kept the request from leaving', async (_, error) => {
    answers(() => Promise.reject(error))

    await expect(post()).rejects.toBeInstanceOf(NotSent)
  })

  it('throws for an address or header that can not be sent, without quoting the token', async () => {
    await expect(postJson('not a url', {}, '{}', patient)).rejects.toBeInstanceOf(NotSent)
    const refused = postJson('https://other.test/', { authorization: 'Bearer secret\nx' }, '{}', patient)
    await expect(refused).rejects.toSatisfy(
      (error) => error instanceof NotSent && !error.message.includes('secret'),
    )
  })
})
