import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../src/http/problem.ts'
import { NOTES } from '../../src/operations/problem-notes.ts'
import { fetchAsset, fetchBridge, freezeTime, startAfresh } from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

describe('GET /problems/{code}', () => {
  it.each(Object.keys(PROBLEMS))('says what %s means, its causes and what to do', async (code) => {
    const response = await fetchAsset(`/problems/${code}`)

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    const page = await response.text()
    const [status, title] = PROBLEMS[code as keyof typeof PROBLEMS]
    for (const text of [title, `${status}`, 'What usually causes it', 'What to do'])
      expect(page).toContain(escaped(text))
    const { means, causes, todo } = NOTES[code as keyof typeof NOTES]
    for (const text of [means, ...causes, todo]) expect(page).toContain(escaped(text))
  })

  it('is where the type of a problem leads', async () => {
    const { type } = await (await fetchBridge('/orders')).json<{ type: string }>()

    expect((await fetchAsset(type)).status).toBe(200)
  })

  describe.each(['/problems/nothing', '/problems/toString', '/problems/__proto__'])('of %s', (path) => {
    it('has no page', async () => {
      await expect(fetchAsset(path)).rejects.toThrow('src/public has no')
    })

    it('tells programs so by a problem', async () => {
      const response = await fetchBridge(path)

      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ type: '/problems/not-found' })
    })

    it('tells browsers so by a page that links all problems', async () => {
      const response = await fetchBridge(path, { headers: { accept: 'text/html,*/*;q=0.8' } })

      expect(response.status).toBe(404)
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(await response.text()).toContain('href="/problems"')
    })
  })

  it('is listed', async () => {
    const page = await (await fetchAsset('/problems')).text()

    for (const code of Object.keys(PROBLEMS)) expect(page).toContain(`href="/problems/${code}"`)
  })
})

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('"', '&quot;')
