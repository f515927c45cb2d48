import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { type Surroundings, Trouble } from './command.ts'
import { runCommand } from './commands.ts'
import { varsOf, withVar } from './wrangler-vars.ts'

/** A file of the project; empty where there is none. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(file === '-' ? await buffer(process.stdin) : await readFile(file))
  } catch (error) {
    throw new Trouble(`${file} can not be read: ${(error as Error).message}.`)
  }
}

/** The value goes through wrangler's standard input, so that no list of processes shows it. */
function putSecret(name: string, value: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const wrangler = spawn('wrangler', ['secret', 'put', name], { stdio: ['pipe', 'ignore', 'inherit'] })
    wrangler.once('error', (error) => reject(new Trouble(`wrangler can not be started: ${error.message}.`)))
    wrangler.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Trouble(`wrangler secret put ${name} failed with code ${code}.`)),
    )
    wrangler.stdin.end(`${value}\n`)
  })
}

const surroundings: Surroundings = {
  settings: {
    ...varsOf(await textOf('wrangler.toml')),
    ...parseEnv(await textOf('.dev.vars')),
    ...process.env,
  },
  tell: (line) => console.log(line),
  read,
  putSecret,
  fillVar: async (name, value) =>
    writeFile('wrangler.toml', withVar(await textOf('wrangler.toml'), name, value)),
  now: Date.now,
  wait: (ms) => wait(ms),
}
process.exitCode = await runCommand(process.argv.slice(2), surroundings)
