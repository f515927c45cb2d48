import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { unstable_readConfig } from 'wrangler'
import { folder } from './leftovers.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const SILENT = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

/** What is deployed: settings in the open, and the compatibility date, which the references share. */
export const deployed = unstable_readConfig({ config: join(ROOT, 'wrangler.toml') })

/** Builds the Worker as `wrangler deploy` does, whose dry run it is; returns its one module. */
export const buildBridge = () => build('src/index.ts', join(ROOT, 'wrangler.toml'))

/** Builds a Worker of `test/bench/workers` in the same way, with the same settings. */
export function buildReference(name: string): Promise<string> {
  const config = join(folder, 'reference.toml')
  const { compatibility_date, minify, keep_names } = deployed
  const toml = Object.entries({ name: 'reference', compatibility_date, minify, keep_names })
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('')
  writeFileSync(config, toml)
  return build(`test/bench/workers/${name}.ts`, config)
}

async function build(entry: string, config: string): Promise<string> {
  const name = basename(entry, '.ts')
  const out = join(folder, name)
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  await run(process.execPath, [wrangler, 'deploy', entry, '--dry-run', '--config', config, '--outdir', out], {
    cwd: ROOT,
    env: { ...process.env, ...SILENT },
  })
  return join(out, `${name}.js`)
}

export const gzippedBytes = (module: string) => gzipSync(readFileSync(module)).length
