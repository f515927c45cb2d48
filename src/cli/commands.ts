import { parseArgs } from 'node:util'
import { type Command, Misuse, type Surroundings, Trouble } from './command.ts'
import { doctor } from './doctor.ts'
import { cancel, order, orders, retry, settle } from './orders.ts'
import { printableJson, telling } from './printable.ts'
import { send } from './send.ts'
import { subscribe } from './subscribe.ts'
import { verify } from './verify.ts'

export const COMMANDS: Readonly<Record<string, Command>> = {
  send,
  verify,
  order,
  orders,
  retry,
  cancel,
  settle,
  subscribe,
  doctor,
}

const SHARED = { help: { type: 'boolean' }, json: { type: 'boolean' } } as const

const OVERVIEW = `npm run bridge -- <command> …

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

Each takes --help, and --json for machines. Secrets come from the environment or from .dev.vars, never from an argument.
Exit codes: 0 good, 1 not good, 2 called in a way that makes no sense.`

/** Carries out a command line; returns the exit code. */
export async function runCommand(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const [name = '--help', ...rest] = words
  const tell = telling(surroundings)
  if (name === '--help' || name === 'help') {
    tell(OVERVIEW)
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  try {
    if (!command) throw new Misuse(`There is no command ${name}.`)
    const { values, positionals } = parse(rest, command)
    if (values.help) {
      tell(`npm run bridge -- ${name} ${command.usage}\n`)
      return 0
    }
    const report = await command.run({ flags: values, operands: positionals }, surroundings)
    tell(values.json ? printableJson(report.json) : report.text)
    return report.isGood ? 0 : 1
  } catch (error) {
    if (error instanceof Misuse) {
      tell(`${error.message} See npm run bridge -- ${command ? name : ''} --help.`)
      return 2
    }
    if (!(error instanceof Trouble)) throw error
    tell(words.includes('--json') ? printableJson({ error: error.message }) : error.message)
    return 1
  }
}

function parse(words: string[], { flags }: Command) {
  try {
    const { values, positionals } = parseArgs({
      args: joined(words),
      options: { ...flags, ...SHARED },
      allowPositionals: true,
    })
    return { values: values as Record<string, string | boolean | undefined>, positionals }
  } catch (error) {
    // parseArgs says what is wrong with the words in the message of a TypeError.
    if (error instanceof TypeError) throw new Misuse(error.message)
    throw error
  }
}

/** `--age -400` is meant as it reads; parseArgs would take the number for a flag. */
const joined = (words: readonly string[]) =>
  words.flatMap((word, i) => {
    if (word === '--age' && /^-\d/.test(words[i + 1] ?? '')) return [`--age=${words[i + 1]}`]
    return words[i - 1] === '--age' && /^-\d/.test(word) ? [] : [word]
  })
