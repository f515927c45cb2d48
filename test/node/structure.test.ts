import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = join(import.meta.dirname, '../../src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .sort()
const textOf = (file: string) => readFileSync(join(src, file), 'utf8')

/** What a file imports, types included, as paths below `src`. */
const importsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/(?:from|import)\s+'(\.[^']+\.ts)'/g)]
    .map(([, path = '']) => relative(src, resolve(dirname(join(src, file)), path)))
    .filter((path) => files.includes(path))
const graph = new Map(files.map((file) => [file, importsOf(file)]))

/** The longest way from a file along its imports; throws at a circle. */
function depthOf(file: string, above: readonly string[] = [], known = new Map<string, number>()): number {
  if (above.includes(file)) throw new Error(`a circle: ${[...above, file].join(' > ')}`)
  const before = known.get(file)
  if (before !== undefined) return before
  const below = (graph.get(file) ?? []).map((next) => depthOf(next, [...above, file], known))
  const depth = 1 + Math.max(0, ...below)
  known.set(file, depth)
  return depth
}

const isBelow = (folder: string) => (file: string) => file.startsWith(`${folder}/`)
const PARTIES = ['sign-customiser', 'shopline', 'store', 'storefront', 'console', 'operations']
const LEAVES = ['cli', 'sandbox']

describe('imports', () => {
  it('close no circle', () => {
    const known = new Map<string, number>()
    for (const file of files) expect(() => depthOf(file, [], known)).not.toThrow()
  })

  it.each(PARTIES)('of %s come from no other party: index hands those over', (party) => {
    for (const file of files.filter((file) => !isBelow(party)(file) && file !== 'index.ts')) {
      if (LEAVES.some((leaf) => isBelow(leaf)(file))) continue
      expect((graph.get(file) ?? []).filter(isBelow(party)), file).toEqual([])
    }
  })

  it.each([
    ['http', ['ledger', 'catalogue', ...PARTIES]],
    ['signing', ['ledger', 'catalogue', ...PARTIES]],
    ['ledger', PARTIES],
    ['catalogue', ['ledger', ...PARTIES]],
  ])('of %s lead to nothing above it', (layer, above) => {
    for (const file of files.filter(isBelow(layer)))
      expect(
        (graph.get(file) ?? []).filter((path) => above.some((folder) => isBelow(folder)(path))),
        file,
      ).toEqual([])
  })

  it('are never of what runs in Node', () => {
    for (const file of files.filter((file) => !LEAVES.some((leaf) => isBelow(leaf)(file))))
      expect(
        (graph.get(file) ?? []).filter((path) => LEAVES.some((leaf) => isBelow(leaf)(path))),
        file,
      ).toEqual([])
  })
})

describe('a table of the ledger', () => {
  const tables = [...textOf('ledger/schema.ts').matchAll(/CREATE TABLE (\w+)/g)].map(
    ([, table = '']) => table,
  )

  it.each(tables.filter((table) => table !== 'IF'))('%s is written by one file', (table) => {
    const writes = new RegExp(`(INSERT (OR \\w+ )?INTO|UPDATE|DELETE FROM) ${table}\\b`)
    const writers = files.filter((file) => file !== 'ledger/schema.ts' && writes.test(textOf(file)))
    expect(writers).toHaveLength(1)
  })
})
