import type { AppContext } from './app.ts'

/**
 * A file of `src/public` that only the Worker hands out: `run_worker_first` in `wrangler.toml` names these. With `like` it is
 * asked for by that request's method and headers, so that HEAD and `If-None-Match` have their answers too.
 */
export async function asset(c: AppContext, path: string, like?: Request): Promise<Response> {
  const found = await c.env.ASSETS.fetch(new Request(new URL(path, c.req.url), like))
  if (!found.ok && found.status !== 304)
    throw new Error(`${path} is answered with ${found.status} by the static assets`)
  // A copy, since the headers of what was fetched can't be added to.
  return new Response(found.body, found)
}
