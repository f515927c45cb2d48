type Bytes = Uint8Array<ArrayBuffer>

/** A body that may be the one that was signed, and what would have happened to it since. */
export interface Suspect {
  body: Bytes
  /** Finishes the sentence "Since it was signed …". */
  story: string
}

const encoder = new TextEncoder()
const bytesOf = (text: string): Bytes => new Uint8Array(encoder.encode(text))
const MARK = '\u{feff}'

/** What usually happens to a body on its way: each way undone, or done where the sender did it. Likeliest first. */
export function* suspects(body: Bytes): Generator<Suspect> {
  // The mark is kept: dropping it is one of the suspects.
  const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(body)
  yield { body: bytesOf(`${text}\n`), story: 'a line break at its end was dropped' }
  yield { body: bytesOf(text.replace(/\r?\n$/, '')), story: 'a line break was added at its end' }
  yield { body: bytesOf(text.replace(MARK, '')), story: 'a byte-order mark was added' }
  yield { body: bytesOf(MARK + text), story: 'a byte-order mark was dropped' }
  yield { body: bytesOf(text.trim()), story: 'blanks were added around it' }
  yield { body: bytesOf(text.replaceAll('\r\n', '\n')), story: 'its line breaks became those of Windows' }
  yield { body: bytesOf(text.replaceAll(/\r?\n/g, '\r\n')), story: 'its line breaks became those of Unix' }
  const value = jsonOf(text)
  if (value === undefined) return
  for (const { text, story } of writings(value)) {
    yield { body: bytesOf(text), story }
    yield {
      body: bytesOf(text.replaceAll('/', '\\/')),
      story: `${story}, and its escaped slashes (\\/) became plain`,
    }
    yield { body: bytesOf(escaped(text)), story: `${story}, and its \\u escapes became letters` }
    yield {
      body: bytesOf(escaped(text).replaceAll('/', '\\/')),
      story: `${story}, and its escapes (\\/ and \\u) became plain, as PHP’s json_encode had written them`,
    }
    yield { body: bytesOf(`${text}\n`), story: `${story}, and a line break at its end was dropped` }
  }
}

const writings = (value: unknown) => [
  {
    text: JSON.stringify(value),
    story: 'it was parsed and written again (pretty-printed, or its escapes changed)',
  },
  {
    text: JSON.stringify(value, null, 2),
    story: 'its two-space indentation was lost: it was parsed and written again',
  },
  {
    text: JSON.stringify(value, null, 4),
    story: 'its four-space indentation was lost: it was parsed and written again',
  },
]

const escaped = (text: string) =>
  text.replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(MARK, ''))
  } catch {
    return undefined
  }
}
