import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Stack, type Store, startStack } from '../../src/sandbox/stack.ts'
import { curl } from './curl.ts'
import { ROOT } from './project.ts'

/** Starts a bridge and its sandbox, which end with the test. */
async function start(store: Store): Promise<Stack> {
  const directory = await mkdtemp(join(tmpdir(), 'sign-customiser-bridge-readme-'))
  const stack = await startStack({ store, directory, bridgePort: 0, sandboxPort: 0 })
  onTestFinished(async () => {
    await stack.stop()
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  })
  return stack
}

/** The `curl` commands of a README, in their order, each a code block of its own. */
async function commands(file: string): Promise<string[]> {
  const readme = await readFile(join(ROOT, file), 'utf8')
  const blocks = [...readme.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)]
  return blocks
    .map(([, indent = '', text = '']) => text.replaceAll(`\n${indent}`, '\n').trim())
    .filter((text) => /^curl /.test(text))
}

/** Gives each command of a README to a stack, which listens on other ports and has a token of its own. */
async function answers(file: string, stack: Stack): Promise<{ status: number; body: unknown }[]> {
  const answers: { status: number; body: unknown }[] = []
  for (const command of await commands(file)) {
    const here = command
      .replace('http://127.0.0.1:8787', stack.bridgeUrl)
      .replace('http://127.0.0.1:8788', stack.sandboxUrl)
      .replace('$STORE_API_TOKEN', stack.storeToken)
    const response = await curl(here)
    const text = await response.text()
    answers.push({ status: response.status, body: /^[{[]/.test(text) ? JSON.parse(text) : text })
  }
  return answers
}

it('README has curl lines that take a design from the factory to the store and back', async () => {
  expect(await answers('README.md', await start('custom'))).toMatchObject([
    { status: 200, body: { answer: { body: { external_id: 'sc-7' } } } },
    { status: 200, body: { external_id: 'sc-7', title: 'Open late', price: 12900 } },
    { status: 201, body: { external_id: '1042', state: 'relayed' } },
    { status: 200, body: { external_id: '1042', state: 'relayed', attempts: 1 } },
    { status: 201, body: { external_id: 'old-17', title: 'Bar', price: 9900 } },
  ])
})

it('SHOPLINE’s README has curl lines that play SHOPLINE', async () => {
  expect(await answers('src/shopline/README.md', await start('shopline'))).toMatchObject([
    { status: 200, body: 'NWYwYmRhNWU0ZTVmY2EwMDEwYzgxZmVm' },
    { status: 200, body: { answer: { status: 200 } } },
    { status: 200, body: { answer: { status: 200, body: '{"ok":true}' } } },
  ])
})
