import type { ParseArgsConfig } from 'node:util'
import { secrets } from '../readers.ts'

/** A command's world, so that tests can give it another. */
export interface Surroundings {
  /** Settings of this shell, of `.dev.vars`, and the vars of `wrangler.toml`, the first of which counts. */
  settings: Readonly<Record<string, string | undefined>>
  /** Writes a line for the reader. */
  tell(line: string): void
  /** The bytes of a file, or of the standard input for `-`. */
  read(file: string): Promise<Uint8Array<ArrayBuffer>>
  /** Gives a deployed Worker a secret. */
  putSecret(name: string, value: string): Promise<void>
  /** Fills in a var of `wrangler.toml` that is empty; it holds once the Worker is deployed. */
  fillVar(name: string, value: string): Promise<void>
  /** In milliseconds since 1970. */
  now(): number
  wait(ms: number): Promise<void>
}

/** What was asked for: flags by name, and the rest in order. */
export interface Request {
  flags: Readonly<Record<string, string | boolean | undefined>>
  operands: readonly string[]
}

/** What a command found. `isGood` decides the exit code: 0 or 1. */
export interface Report {
  isGood: boolean
  /** For people. */
  text: string
  /** For machines: what `--json` prints. */
  json: unknown
}

export interface Command {
  summary: string
  /** Operands and flags, then what there is to know. */
  usage: string
  flags: NonNullable<ParseArgsConfig['options']>
  run(request: Request, surroundings: Surroundings): Promise<Report>
}

/** The command was called in a way that makes no sense: exit code 2. */
export class Misuse extends Error {
  override name = 'Misuse'
}

/** Something the reader can put right; its message says how. No stack is shown: exit code 1. */
export class Trouble extends Error {
  override name = 'Trouble'
}

export const textFlag = ({ flags }: Request, name: string): string | undefined => {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

export function operand({ operands }: Request, place: number, what: string): string {
  const value = operands[place]
  if (value === undefined || value === '') throw new Misuse(`${what} is missing.`)
  return value
}

/** The live secrets of a setting, newest last. They are never printed, nor taken from an argument, which others could read. */
export function secretsOf({ settings }: Surroundings, name: string): readonly string[] {
  const read = secrets(100, 1)(settings[name] ?? '')
  return read.ok ? read.value : []
}

/** One secret of a setting. Throws `Trouble` when there is none to use. */
export function secretOf(surroundings: Surroundings, name: string): string {
  const secret = secretsOf(surroundings, name).at(-1)
  if (secret === undefined)
    throw new Trouble(`${name} is not set: put it into .dev.vars, or into the environment.`)
  return secret
}
