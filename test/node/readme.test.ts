import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Stack, startStack } from '../../src/sandbox/stack.ts'
import { curl } from './curl.ts'
import { ROOT } from './project.ts'

let stack: Stack
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sign-customiser-bridge-readme-'))
  stack = await startStack({ directory, bridgePort: 0, sandboxPort: 0 })
})

afterAll(async () => {
  await stack.stop()
  await rm(directory, { recursive: true, force: true })
})

/** The `curl` commands of README, in their order, each a code block of its own. */
async function commands(): Promise<string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)]
  return blocks
    .map(([, indent = '', text = '']) => text.replaceAll(`\n${indent}`, '\n').trim())
    .filter((text) => /^curl /.test(text))
}

/** The command for a stack that listens on other ports and has a token of its own. */
const here = (command: string) =>
  command
    .replace('http://127.0.0.1:8787', stack.bridgeUrl)
    .replace('http://127.0.0.1:8788', stack.sandboxUrl)
    .replace('$STORE_API_TOKEN', stack.storeToken)

it('has curl lines that take a design from the factory to the store and back', async () => {
  const answers: { status: number; body: unknown }[] = []
  for (const command of await commands()) {
    const response = await curl(here(command))
    answers.push({ status: response.status, body: await response.json() })
  }

  expect(answers).toMatchObject([
    { status: 200, body: { answer: { body: { external_id: 'sc-7' } } } },
    { status: 200, body: { external_id: 'sc-7', title: 'Open late', price: 12900 } },
    { status: 201, body: { external_id: '1042', state: 'relayed' } },
    { status: 200, body: { external_id: '1042', state: 'relayed', attempts: 1 } },
    { status: 201, body: { external_id: 'old-17', title: 'Bar', price: 9900 } },
  ])
})
