import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { bundle } from './bundle.ts'
import { publicFiles } from './public-files.ts'

/**
 * What is made of other files of `src`: the static assets, and what the sandbox holds as text. All of it is committed, so that a
 * bare `wrangler deploy` has it: `npm run generate` writes it, `npm run generate -- --check` says whether it is up to date.
 */
const PUBLIC = 'src/public'

/** What the sandbox puts into answers of its own. */
const TEXTS = [
  ['src/sandbox/designer/browser/embed.ts', 'src/sandbox/designer/generated/embed.ts'],
  ['src/sandbox/designer/browser/designer.ts', 'src/sandbox/designer/generated/designer.ts'],
  ['src/sandbox/designer/browser/designer.css', 'src/sandbox/designer/generated/designer.css.ts'],
] as const

const generated = new Map<string, string>()
for (const [name, text] of Object.entries(await publicFiles())) generated.set(join(PUBLIC, name), text)
for (const [source, target] of TEXTS) generated.set(target, moduleOf(source, await bundle(source)))

const isCheck = process.argv.includes('--check')
for (const [file, text] of generated) {
  if ((await readFile(file, 'utf8').catch(() => null)) === text) continue
  if (isCheck) fault(`${file} is not what its sources make`)
  else {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}
for (const entry of await readdir(PUBLIC, { withFileTypes: true, recursive: true })) {
  const file = relative('.', join(entry.parentPath, entry.name))
  if (entry.isDirectory() || generated.has(file)) continue
  if (isCheck) fault(`${file} has no source`)
  else await rm(file)
}

function fault(what: string): void {
  console.error(`${what}: run npm run generate`)
  process.exitCode = 1
}

/** A module that holds a text, each line of it on a line of its own. */
function moduleOf(source: string, text: string): string {
  const lines = text.split(/(?<=\n)/).map((line) => JSON.stringify(line))
  return `// Made of ${basename(source)} by \`npm run generate\`.\nexport const text =\n  ${lines.join(' +\n  ')}\n`
}
