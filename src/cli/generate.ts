import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { build } from 'esbuild'
import { DOCUMENT } from './openapi/document.ts'

/**
 * What the Worker holds as text: what browsers load, and its description as OpenAPI. The modules are committed, so that a bare
 * `wrangler deploy` has them: `npm run generate` writes them, `npm run generate -- --check` says whether they are up to date.
 */
const BUNDLES = [
  ['src/http/style.css', 'src/http/generated/style.ts'],
  ['src/storefront/browser/embed.ts', 'src/storefront/generated/embed.ts'],
  ['src/storefront/browser/demo/demo.ts', 'src/storefront/generated/demo.ts'],
  ['src/storefront/browser/demo/demo.css', 'src/storefront/generated/demo.css.ts'],
  ['src/console/console.css', 'src/console/generated/console.ts'],
  ['src/sandbox/designer/browser/embed.ts', 'src/sandbox/designer/generated/embed.ts'],
  ['src/sandbox/designer/browser/designer.ts', 'src/sandbox/designer/generated/designer.ts'],
  ['src/sandbox/designer/browser/designer.css', 'src/sandbox/designer/generated/designer.css.ts'],
] as const

const isCheck = process.argv.includes('--check')
for (const [source, target] of BUNDLES) await generate(source, target, await bundle(source))
await generate('src/cli/openapi/document.ts', 'src/operations/generated/openapi.ts', JSON.stringify(DOCUMENT))

async function generate(source: string, target: string, text: string): Promise<void> {
  const module = moduleOf(source, text)
  if (!isCheck) await writeFile(target, module)
  else if ((await readFile(target, 'utf8').catch(() => '')) !== module) {
    console.error(`${target} is not what ${source} makes: run npm run generate`)
    process.exitCode = 1
  }
}

async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
  })
  return outputFiles.map(({ text }) => text.trim()).join('\n')
}

function moduleOf(source: string, text: string): string {
  return `// Made of ${basename(source)} by \`npm run generate\`.\nexport const text =\n  ${JSON.stringify(text)}\n`
}
