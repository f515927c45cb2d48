import type { Context } from 'hono'
import { routePath } from 'hono/route'
import type { App } from './app.ts'
import { type Refusal, refuse } from './problem.ts'

/**
 * Refuses a request that did not prove who it comes from: signature, token or password.
 *
 * The proof was computed before, so a flood of failures never keeps a genuine request out; it only gets shorter answers and no
 * log lines. Counted by route and client address, in each Cloudflare location for itself. Bare workerd has no such binding.
 */
export async function refuseFailure(
  c: Context<App>,
  refusal: Refusal,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { FAILURES }: Partial<Env> = c.env
  const key = `${routePath(c)} ${c.req.header('cf-connecting-ip') ?? ''}`
  if (FAILURES && !(await FAILURES.limit({ key })).success)
    return refuse(c, TOO_MANY, { headers: { 'retry-after': '60' } })
  return refuse(c, refusal, { headers })
}

const TOO_MANY: Refusal = {
  code: 'too-many-failures',
  detail:
    'More than 600 requests a minute failed here. One that is signed or authorised is never refused for it.',
}
