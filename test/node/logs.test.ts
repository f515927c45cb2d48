import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './project.ts'

const read = (path: string) => readFile(join(ROOT, path), 'utf8')
const chapter = async () =>
  (await read('README.md')).split(/^## /m).find((text) => text.startsWith('Logs\n')) ?? ''

/** README's recipes, in their order: what stands in quotes behind jq. */
const recipes = async () => [...(await chapter()).matchAll(/jq -c '(.*)'/g)].map(([, filter = '']) => filter)

/** The request IDs or, where there is none, the attempts that a recipe lets through. */
async function lets(filter: string | undefined): Promise<unknown[]> {
  const { stdout, stderr } = spawnSync('jq', ['-c', filter ?? ''], {
    input: await read('test/payloads/tail.jsonl'),
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ request_id, event, attempt }) => request_id ?? `${event} ${attempt}`)
}

const hasJq = spawnSync('jq', ['--version']).status === 0

describe.skipIf(!hasJq)('the recipes for wrangler tail', () => {
  it('show all refusals', async () => expect(await lets((await recipes())[0])).toEqual(['a2', 'a4']))

  it("show one order's whole story", async () =>
    expect(await lets((await recipes())[1])).toEqual(['attempt 1', 'a3', 'attempt 2']))

  it('show everything slower than a second', async () =>
    expect(await lets((await recipes())[2])).toEqual(['attempt 1', 'a3']))
})

it('README explains every field that a log line may hold', async () => {
  const [, fields = ''] = /interface LogLine \{(.*?)^\}/ms.exec(await read('src/log.ts')) ?? []
  const names = [...fields.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name = '']) => name)
  const [table = ''] = /^\| Field .*?\n\n/ms.exec(await chapter()) ?? []

  expect(names.length).toBeGreaterThan(10)
  for (const name of names) expect(table).toContain(`\`${name}\``)
})
