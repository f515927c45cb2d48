/** The other side's answer, or that none came. `text` is null when it was cut off or longer than could be read. */
export type Answer =
  | { arrived: true; status: number; retryAfter: string | null; text: string | null; words: string }
  | { arrived: false; words: string }

/** Enough for any answer that is read; the rest is not waited for, in bytes. */
const LONGEST_ANSWER = 262_144
/** What is kept of the other side's words, in characters. */
const LONGEST_WORDS = 2_048

/** What the bridge calls itself to servers of the merchant's: firewalls refuse requests without a name. */
export const USER_AGENT = 'sign-customiser-bridge'

/** Faults of this Worker that keep a request from leaving. */
export class NotSent extends Error {
  override name = 'NotSent'
}

/** POSTs JSON once; as `exchange`. */
export const postJson = (
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> => exchange(url, { method: 'POST', headers, body }, signal)

/**
 * Sends a request once. Redirects are answers, not followed: they could carry the body, and the token, elsewhere.
 *
 * The answer's body is always read or cancelled, since an open one holds one of six connections. Throws `NotSent` for a bad
 * address or header and for the platform's own limits; once the request may have left, no answer is a value.
 */
export async function exchange(url: string, init: RequestInit, signal: AbortSignal): Promise<Answer> {
  const request = requestOf(url, init)
  let response: Response
  try {
    response = await fetch(request, { signal })
  } catch (error) {
    if (isOwnLimit(error)) throw new NotSent(error.message)
    return { arrived: false, words: signal.aborted ? 'No answer came in time.' : 'The connection failed.' }
  }
  const text = await boundedText(response)
  return {
    arrived: true,
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text,
    words: (text ?? '').slice(0, LONGEST_WORDS),
  }
}

function requestOf(url: string, init: RequestInit): Request {
  try {
    return new Request(new URL(url), { ...init, redirect: 'manual' })
  } catch {
    // The message of the error may quote a header, and a header holds the token.
    throw new NotSent('the address or a header can not be sent')
  }
}

/** Too many subrequests, or another quota of the platform: the request never left. */
const isOwnLimit = (error: unknown): error is Error =>
  error instanceof Error &&
  (error.name === 'QuotaExceededError' || /too many subrequests|quota/i.test(error.message))

async function boundedText(response: Response): Promise<string | null> {
  try {
    // What says that it is short is read in one go, at a third of the cost.
    if (isShort(response.headers)) return await response.text()
    return response.body ? await textByChunks(response.body) : ''
  } catch {
    // Time ran out or the connection broke in mid-answer: the status is known, the words are not.
    return null
  }
}

/** HTTP's framing keeps the answer to what it declares, unless it is unpacked here. */
function isShort(headers: Headers): boolean {
  const declared = headers.get('content-length')
  return declared !== null && Number(declared) <= LONGEST_ANSWER && !headers.has('content-encoding')
}

async function textByChunks(body: ReadableStream<Uint8Array>): Promise<string | null> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    text += decoder.decode(chunk.value, { stream: true })
    if (text.length > LONGEST_ANSWER) {
      await reader.cancel()
      return null
    }
  }
  return text + decoder.decode()
}
