import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { parse } from 'smol-toml'
import { expect, it } from 'vitest'
import { localSettings } from '../../src/sandbox/stack.ts'
import { copyProject, npm, ROOT } from './project.ts'

const read = (path: string) => readFile(join(ROOT, path), 'utf8')

it("has a wrangler.toml that fits wrangler's own schema", async () => {
  const schema = JSON.parse(await read('node_modules/wrangler/config-schema.json'))
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema)
  const config = parse(await read('wrangler.toml'))

  validate(config)
  expect(validate.errors).toBeNull()
  expect(validate({ ...config, durable_object: {} })).toBe(false)
})

it('has Env types that are those of wrangler.toml and .dev.vars.example', async () => {
  const project = await copyProject()
  await rm(join(project, 'src/env.d.ts'))

  const run = npm(project, ['run', 'types'])

  expect(await run.exit, run.errors.join('\n')).toBe(0)
  expect(await readFile(join(project, 'src/env.d.ts'), 'utf8')).toBe(await read('src/env.d.ts'))
})

it('keeps npm start on loopback, whichever address wrangler.toml names', async () => {
  const { vars } = parse(await read('wrangler.toml')) as { vars: Record<string, string> }
  const local = localSettings('http://127.0.0.1:1', 'http://127.0.0.1:2', 'custom')

  const addresses = Object.keys(vars).filter((name) => name.endsWith('_URL'))
  expect(addresses.length).toBeGreaterThan(3)
  for (const name of addresses) expect(local[name], name).toMatch(/^$|^http:\/\/127\.0\.0\.1:/)
})
