import type { Context } from 'hono'
import { sha256 } from '../signing/hmac.ts'
import type { App } from './app.ts'

/** Answers with a text that callers keep, or with 304 while theirs is the same. */
export async function kept(
  c: Context<App>,
  text: string,
  headers: Record<string, string>,
): Promise<Response> {
  const etag = `"${(await sha256(text)).slice(0, 32)}"`
  const theirs = c.req.header('if-none-match') ?? ''
  const all = { ...headers, etag, 'x-content-type-options': 'nosniff' }
  // A proxy that compresses makes a strong tag weak; this comparison is the weak one (RFC 9110, 13.1.2).
  const isSame =
    theirs.trim() === '*' || theirs.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  return isSame ? c.body(null, 304, all) : c.body(text, 200, all)
}
