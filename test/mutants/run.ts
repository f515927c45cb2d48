import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { MUTANTS, type Mutant } from './mutants.ts'

/**
 * Breaks the code one line at a time, in copies of the project, and runs the tests that could notice. Fails when one does not.
 *
 * `npm run test:mutants -- gate` takes those whose file or rule has this text.
 */
const project = join(import.meta.dirname, '../..')
const PARTS = ['src', 'test', 'wrangler.toml', 'tsconfig.json', 'package.json']
/** Two run side by side at most: each starts a workerd. */
const AT_ONCE = Math.min(2, availableParallelism())
/** A test that hangs for a broken rule has noticed it. Whole, the tests may take as long as they need. */
const PATIENCE_MS = 240_000

function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-mutants-'))
  for (const part of PARTS) cpSync(join(project, part), join(folder, part), { recursive: true })
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

function broken({ file, line, becomes, rule }: Mutant): string {
  const text = readFileSync(join(project, 'src', file), 'utf8')
  const [before, after, ...more] = text.split(line)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${rule}: src/${file} must hold this once: ${line}`)
  return before + becomes + after
}

/** Says whether the tests in a copy notice something. */
function notices(folder: string, tests: string, patience = PATIENCE_MS): Promise<boolean> {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
  const filters = tests.split(' ').map((test) => `test/${test}`)
  const args = [
    vitest,
    'run',
    '--config',
    'test/vitest.config.ts',
    '--bail=1',
    '--passWithNoTests',
    ...filters,
  ]
  return new Promise((resolve) => {
    const run = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', detached: true })
    const end = () => {
      try {
        // The runner's own workerd is in its group.
        if (run.pid !== undefined) process.kill(-run.pid, 'SIGKILL')
      } catch {
        // It is gone already.
      }
    }
    const timer = setTimeout(end, patience)
    run.on('exit', (code) => {
      clearTimeout(timer)
      end()
      resolve(code !== 0)
    })
  })
}

/** Tests that fail of themselves would notice everything. */
async function checkWhole(): Promise<void> {
  const all = [...new Set(queue.flatMap(({ tests = '' }) => tests.split(' ')))]
  const folder = copy()
  try {
    if (await notices(folder, all.join(' '), 10 * PATIENCE_MS))
      throw new Error('the tests fail although nothing is broken')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const wanted = process.argv[2] ?? ''
const queue = MUTANTS.filter(({ file, rule }) => `${file} ${rule}`.includes(wanted))
const texts = new Map(queue.map((mutant) => [mutant, broken(mutant)]))
const survivors: Mutant[] = []
const total = queue.length
let done = 0

async function work(): Promise<void> {
  const folder = copy()
  try {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const path = join(folder, 'src', mutant.file)
      const whole = readFileSync(path, 'utf8')
      writeFileSync(path, texts.get(mutant) ?? whole)
      const isNoticed = await notices(folder, mutant.tests ?? '')
      writeFileSync(path, whole)
      if (!isNoticed) survivors.push(mutant)
      console.log(`${++done}/${total} ${isNoticed ? 'noticed ' : 'SURVIVED'} ${mutant.file}: ${mutant.rule}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await checkWhole()
await Promise.all(Array.from({ length: AT_ONCE }, work))
console.log(`${total - survivors.length} passed, ${survivors.length} failed`)
for (const { file, rule, line } of survivors) console.log(`no test notices: ${rule} (src/${file}: ${line})`)
process.exitCode = survivors.length === 0 ? 0 : 1
