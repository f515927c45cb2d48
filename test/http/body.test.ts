import { describe, expect, it } from 'vitest'
import { readBody } from '../../src/http/body.ts'

/** A request whose body comes in chunks, with whatever Content-Length it claims; counts the chunks that were asked for. */
function streamed(chunks: number[], contentLength?: string) {
  const asked = { chunks: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = chunks[asked.chunks++]
        if (size === undefined) controller.close()
        else controller.enqueue(new Uint8Array(size).fill(asked.chunks))
      },
      cancel() {
        asked.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  const headers = contentLength === undefined ? {} : { 'content-length': contentLength }
  return { request: new Request('https://bridge.test', { method: 'POST', body, headers }), asked }
}

describe('readBody', () => {
  it.each([
    [[], 0],
    [[10], 10],
    [[3, 3, 4], 10],
  ])('joins chunks of %j', async (chunks, length) => {
    const read = await readBody(streamed(chunks).request, 10)

    expect(read.ok && [...read.value]).toEqual(chunks.flatMap((size, i) => Array(size).fill(i + 1)))
    expect(read.ok && read.value.length).toBe(length)
  })

  it('takes exactly the limit, declared', async () => {
    const request = new Request('https://bridge.test', {
      method: 'POST',
      headers: { 'content-length': '10' },
      body: 'x'.repeat(10),
    })
    expect(await readBody(request, 10)).toMatchObject({ ok: true, value: { length: 10 } })
  })

  it('goes by the declared length where there is no body', async () => {
    const declaring = (length: string) =>
      new Request('https://bridge.test', { headers: { 'content-length': length } })

    expect(await readBody(declaring('0'), 10)).toMatchObject({ ok: true, value: { length: 0 } })
    expect(await readBody(declaring('11'), 10)).toMatchObject({
      ok: false,
      error: { code: 'body-too-large' },
    })
  })

  it('stops reading a body without a length where it grows too large', async () => {
    const { request, asked } = streamed(Array(1000).fill(4))

    expect(await readBody(request, 10)).toMatchObject({ ok: false, error: { code: 'body-too-large' } })
    expect(asked.chunks).toBeLessThan(6)
  })

  it('reads nothing of a body that declares too much', async () => {
    const { request, asked } = streamed([4], '11')

    expect(await readBody(request, 10)).toMatchObject({ ok: false, error: { code: 'body-too-large' } })
    expect(asked).toMatchObject({ chunks: 0, cancelled: true })
  })

  it.each(['1', 'ten', '-1', ''])('refuses a larger body that declares %j', async (declared) => {
    expect(await readBody(streamed([8, 8], declared).request, 10)).toMatchObject({ ok: false })
  })
})
