import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { PROBLEMS } from '../../src/http/problem.ts'
import worker from '../../src/index.ts'
import { keepLog } from '../bridge.ts'
import { CANARY } from './corpus.ts'

const SECRETS = Object.entries(env)
  .filter(([name]) => /SECRET|TOKEN|PASSWORD/.test(name))
  .map(([, value]) => String(value))

let lines: string[] = []

/** Keeps what is logged from now on for the judge. */
export function watchLog(): void {
  lines = keepLog()
}

/** Sends a request, waits for all that goes on after its answer, and holds everything that came of it against the promises. */
export async function judge(request: Request): Promise<Response> {
  const context = createExecutionContext()
  const response = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, env, context)
  await waitOnExecutionContext(context)
  const text = await response.clone().text()
  const said = `${JSON.stringify([...response.headers])} ${text}`

  expect(response.status, text).toBeLessThan(500)
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  for (const secret of SECRETS) expect(said).not.toContain(secret)
  if (response.headers.get('content-type')?.startsWith('text/html'))
    expect(text).not.toMatch(/<script>alert|<img src=x|href="javascript:/)
  if (response.status >= 400) judgeProblem(request, response, text, said)
  for (const line of lines.splice(0)) judgeLine(line)
  return response
}

function judgeProblem(request: Request, response: Response, text: string, said: string): void {
  expect(said).not.toContain(CANARY)
  const type = response.headers.get('content-type')
  const { pathname } = new URL(request.url)
  const takesPages = pathname.startsWith('/console') || request.headers.get('accept')?.includes('text/html')
  if (type?.startsWith('text/html') && takesPages) return
  expect(type).toBe('application/problem+json')
  if (request.method === 'HEAD') return
  const problem = JSON.parse(text)
  const code = String(problem.type).replace('/problems/', '')
  expect(Object.keys(PROBLEMS)).toContain(code)
  expect(problem).toMatchObject({
    title: expect.any(String),
    status: response.status,
    detail: expect.any(String),
    request_id: response.headers.get('x-request-id'),
  })
  if (response.status === 405) expect(response.headers.get('allow')).toBeTruthy()
}

function judgeLine(line: string): void {
  expect(line).not.toMatch(/[\r\n]/)
  const logged = JSON.parse(line)
  expect(logged.event).not.toBe('fault')
  expect(line.length).toBeLessThan(4_000)
  // An ID is logged as it is, so that an operator can find the order; a topic is the word of a sender whose signature was right.
  const said = JSON.stringify({ ...logged, external_id: undefined, topic: undefined })
  for (const secret of [...SECRETS, CANARY]) expect(said).not.toContain(secret)
}
