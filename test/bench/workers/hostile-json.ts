/** Fills `size` bytes with what `piece` makes of 0, 1, 2 and so on. */
function filled(size: number, start: string, piece: (n: number) => string, end: string): string {
  const pieces: string[] = []
  for (let length = start.length + end.length, n = 0; ; n++) {
    const next = piece(n)
    length += next.length
    if (length > size) return start + pieces.join('') + end
    pieces.push(next)
  }
}

const inList = (size: number, piece: (n: number) => string) => filled(size, '[', (n) => `${piece(n)},`, '0]')
const inObject = (size: number, piece: (n: number) => string) =>
  filled(size, '{', (n) => `${piece(n)},`, '"a":0}')

/** Mixes up 0, 1, 2 and so on. */
const mixed = (n: number) => (n * 7919) % 65_537

/** Bodies that are made to cost as much as they can, of about so many bytes. */
export const HOSTILE: Record<string, (size: number) => string> = {
  'keys in no order': (size) => inObject(size, (n) => `"k${mixed(n)}":1`),
  'long keys that differ at their end': (size) =>
    inObject(size, (n) => `"${'k'.repeat(200)}${mixed(n)}":1.0`),
  'integer-like keys': (size) => inObject(size, (n) => `"${mixed(n) % 999}":1.0`),
  'integer-like keys in many objects': (size) => inList(size, () => '{"2":1,"10":1.0,"a":1}'),
  'escaped keys': (size) => inObject(size, (n) => `"\\n${mixed(n)}":1`),
  'escaped letters': (size) => inList(size, () => '"\\u738b\\u5c0f"'),
  'escapes that stay': (size) => inList(size, () => '"\\n"'),
  'numbers that are printed otherwise': (size) => inList(size, () => '1e9'),
  'numbers that get longer': (size) => inList(size, () => '1e20'),
  'numbers with a fraction': (size) => inList(size, () => '1.0'),
  'one long number': (size) => '9'.repeat(size),
  'empty objects': (size) => inList(size, () => '{}'),
  'small objects': (size) => inList(size, () => '{"b":1,"a":2}'),
  'objects in objects': (size) => inList(size, () => `${'{"b":1,"a":'.repeat(120)}1${'}'.repeat(120)}`),
  'lists in lists': (size) => inList(size, () => `${'['.repeat(120)}${']'.repeat(120)}`),
  'endless nesting': (size) => '['.repeat(size),
  blanks: (size) => inList(size, () => ' \n'),
  'one long text': (size) => `"${'霓'.repeat(size / 3)}"`,
}
