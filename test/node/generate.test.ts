import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { copyProject, npm, ROOT } from './project.ts'

const PAGE = 'src/public/problems/not-found.html'
const LEFT_OVER = 'src/public/problems/no-longer-there.html'

it('says of each generated file whether it is what its sources make, and makes it so', async () => {
  const project = await copyProject()
  await writeFile(join(project, PAGE), 'edited by hand')
  await writeFile(join(project, LEFT_OVER), 'of a problem that is gone')
  await rm(join(project, 'src/public/style.css'))
  await rm(join(project, 'src/sandbox/designer/generated/embed.ts'))

  const check = npm(project, ['run', 'generate', '--', '--check'])
  expect(await check.exit).toBe(1)
  expect(check.errors.filter((line) => line.startsWith('src/')).sort()).toEqual([
    `${LEFT_OVER} has no source: run npm run generate`,
    `${PAGE} is not what its sources make: run npm run generate`,
    'src/public/style.css is not what its sources make: run npm run generate',
    'src/sandbox/designer/generated/embed.ts is not what its sources make: run npm run generate',
  ])

  expect(await npm(project, ['run', 'generate']).exit).toBe(0)
  expect(await npm(project, ['run', 'generate', '--', '--check']).exit).toBe(0)
  expect(await readFile(join(project, PAGE), 'utf8')).toBe(await readFile(join(ROOT, PAGE), 'utf8'))
  await expect(stat(join(project, LEFT_OVER))).rejects.toThrow('ENOENT')
})

it('generates nothing whose lines are too long to be compared', async () => {
  for (const file of ['src/public/openapi.json', 'src/public/style.css', 'src/public/embed/script.js']) {
    const lines = (await readFile(join(ROOT, file), 'utf8')).split('\n')
    expect(Math.max(...lines.map(({ length }) => length)), file).toBeLessThan(1_000)
  }
})
