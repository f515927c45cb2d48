import { secrets } from '../readers.ts'
import { type Surroundings, Trouble } from './command.ts'

/** The live secrets of a setting, newest last. They are never printed, nor taken from an argument, which others could read. */
export function secretsOf({ settings }: Surroundings, name: string): readonly string[] {
  const read = secrets(100)(settings[name] ?? '')
  return read.ok ? read.value : []
}

/** One secret of a setting. Throws `Trouble` when there is none to use. */
export function secretOf(surroundings: Surroundings, name: string): string {
  const secret = secretsOf(surroundings, name).at(-1)
  if (secret === undefined)
    throw new Trouble(`${name} is not set: put it into .dev.vars, or into the environment.`)
  return secret
}
