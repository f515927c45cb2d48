import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { ROOT } from './project.ts'

interface Bindings {
  vars: Record<string, string>
  kv_namespaces: { binding: string }[]
  durable_objects: { bindings: { name: string }[] }
  ratelimits: { name: string; namespace_id: string }[]
}

const read = (path: string) => readFile(join(ROOT, path), 'utf8')
const config = async () =>
  parse(await read('wrangler.toml')) as unknown as Bindings & { env: { staging: Bindings } }

describe('wrangler deploy --dry-run', () => {
  it.each([
    ['as it is', []],
    ['to staging', ['--env', 'staging']],
  ])('builds %s and finds every binding', async (_, flags) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'node_modules/wrangler/bin/wrangler.js'), 'deploy', '--dry-run', ...flags],
      {
        cwd: ROOT,
        env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' },
      },
    )

    for (const binding of [
      'env.CATALOGUE',
      'env.LEDGER',
      'env.FAILURES',
      'env.ASSETS',
      'env.SIGN_CUSTOMISER_API_URL',
    ])
      expect(stdout).toContain(binding)
  })
})

describe('the staging environment', () => {
  it('has everything that is not inherited', async () => {
    const { env, ...top } = await config()
    const { staging } = env

    expect(Object.keys(staging.vars)).toEqual(Object.keys(top.vars))
    expect(staging.kv_namespaces.map(({ binding }) => binding)).toEqual(
      top.kv_namespaces.map(({ binding }) => binding),
    )
    expect(staging.durable_objects).toEqual(top.durable_objects)
    expect(staging.ratelimits.map(({ name }) => name)).toEqual(top.ratelimits.map(({ name }) => name))
  })

  it('shares no rate limit with the deployment that earns the money', async () => {
    const { env, ratelimits } = await config()

    for (const { namespace_id } of env.staging.ratelimits)
      expect(ratelimits.map((limit) => limit.namespace_id)).not.toContain(namespace_id)
  })
})

describe('Deploy to Cloudflare', () => {
  it('explains every secret that it asks for, and nothing that is not there', async () => {
    const { cloudflare } = JSON.parse(await read('package.json')) as {
      cloudflare: { bindings: Record<string, unknown> }
    }
    const { vars, kv_namespaces, durable_objects } = await config()
    const asked = [...(await read('.dev.vars.example')).matchAll(/^(\w+)=/gm)].map(([, name = '']) => name)

    expect(Object.keys(cloudflare.bindings)).toEqual(expect.arrayContaining(asked))
    const known = [
      ...asked,
      ...Object.keys(vars),
      ...kv_namespaces.map(({ binding }) => binding),
      ...durable_objects.bindings.map(({ name }) => name),
    ]
    expect(known).toEqual(expect.arrayContaining(Object.keys(cloudflare.bindings)))
  })
})
