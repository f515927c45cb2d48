import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { fetchBridge, fetchWith } from '../bridge.ts'

describe('GET /embed.js', () => {
  it('is a script of less than 4 KB when compressed', async () => {
    const response = await fetchBridge('/embed.js')

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const zipped = new Response(response.body?.pipeThrough(new CompressionStream('gzip')))
    expect((await zipped.arrayBuffer()).byteLength).toBeLessThan(4000)
  })

  it('is kept for five minutes and then asked for by its tag', async () => {
    const first = await fetchBridge('/embed.js')
    const etag = first.headers.get('etag') ?? ''

    expect(first.headers.get('cache-control')).toContain('public, max-age=300')
    for (const theirs of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await fetchBridge('/embed.js', { headers: { 'if-none-match': theirs } })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe('')
      expect(again.headers.get('etag')).toBe(etag)
    }
  })

  it('is another script to a browser when a setting changes', async () => {
    const etag = (await fetchBridge('/embed.js')).headers.get('etag') ?? ''

    const changed = await fetchWith({ EMBED_ORIGINS: 'https://other.test' }, '/embed.js', {
      headers: { 'if-none-match': etag },
    })

    expect(changed.status).toBe(200)
    expect(await changed.text()).toContain('"trusted":["https://other.test"]')
  })

  it('tells the page what the settings say', async () => {
    const script = await (await fetchBridge('/embed.js')).text()

    expect(JSON.parse(script.slice(script.lastIndexOf('})({') + 3, script.lastIndexOf(')')))).toEqual({
      bridge: 'https://bridge.test',
      embedUrl: 'https://embed.sign-customiser.test/embed.js',
      trusted: ['https://designer.test'],
      stores: ['https://shop.test', 'https://www.shop.test'],
      customiserId: '7',
      integrationId: '42',
    })
  })

  it('names the origin that it was asked for under, whichever leads to this bridge', async () => {
    const answer = await worker.fetch(
      new Request<unknown, IncomingRequestCfProperties>('https://signs.shop.test/embed.js'),
      env,
      createExecutionContext(),
    )

    expect(await answer.text()).toContain('{"bridge":"https://signs.shop.test",')
  })

  it('may be loaded by any page with crossorigin, afresh or by its tag', async () => {
    const first = await fetchBridge('/embed.js', { headers: { origin: 'https://shop.test' } })
    const again = await fetchBridge('/embed.js', {
      headers: { origin: 'https://shop.test', 'if-none-match': first.headers.get('etag') ?? '' },
    })

    expect(again.status).toBe(304)
    for (const { headers } of [first, again]) expect(headers.get('access-control-allow-origin')).toBe('*')
  })

  it('is served without an integration, which the page can name itself', async () => {
    const response = await fetchWith({ SIGN_CUSTOMISER_INTEGRATION_ID: '' }, '/embed.js')

    expect(response.status).toBe(200)
    expect(await response.text()).toContain('"integrationId":null')
  })

  it.each([
    ['SIGN_CUSTOMISER_EMBED_URL', 'javascript:alert(1)'],
    ['SIGN_CUSTOMISER_EMBED_URL', 'http://elsewhere.test/embed.js'],
    ['SIGN_CUSTOMISER_CUSTOMISER_ID', '"><script>'],
    ['STORE_ORIGINS', 'https://shop.test/path'],
    ['EMBED_ORIGINS', '*'],
    ['EMBED_ORIGINS', 'https://ok.test, null'],
  ])('answers 503 and names %s when it is %s', async (setting, value) => {
    const response = await fetchWith({ [setting]: value }, '/embed.js')

    expect(response.status).toBe(503)
    const problem = await response.text()
    expect(problem).toContain(setting)
    expect(problem).not.toContain(value)
  })
})
