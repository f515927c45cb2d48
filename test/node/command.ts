import type { Surroundings } from '../../src/cli/command.ts'
import { runCommand } from '../../src/cli/commands.ts'

export const utf8 = (text: string) => new Uint8Array(new TextEncoder().encode(text))

/** Carries out a command line in surroundings of the test's own: its exit code and all it said. */
export async function command(
  words: string[],
  surroundings: Partial<Surroundings> = {},
): Promise<{ code: number; text: string }> {
  const lines: string[] = []
  const code = await runCommand(words, {
    settings: {},
    tell: (line) => lines.push(line),
    read: async () => {
      throw new Error('nothing was to be read')
    },
    putSecret: async () => {
      throw new Error('no secret was to be put')
    },
    fillVar: async () => {
      throw new Error('no var was to be filled in')
    },
    now: Date.now,
    wait: async () => {},
    ...surroundings,
  })
  return { code, text: lines.join('\n') }
}
