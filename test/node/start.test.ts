import { execFile } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { curl } from './curl.ts'
import { copyProject, edit, npm } from './project.ts'

/** Listens on loopback and counts what comes. */
async function listen(): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = []
  const server: Server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, requests }
}

/** What anybody on this machine sees of its processes. */
async function allCommandLines(): Promise<string> {
  if (process.platform !== 'linux') return (await promisify(execFile)('ps', ['-eo', 'args'])).stdout
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  // A process may end while it is looked at.
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.join('\n')
}

describe('npm start -- --once', () => {
  it("sends a design and an order through, and never the merchant's way", async () => {
    const project = await copyProject()
    const merchants = await listen()
    const url = `http://127.0.0.1:${merchants.port}`
    const planted = [
      `SIGN_CUSTOMISER_API_URL=${url}`,
      'SIGN_CUSTOMISER_INTEGRATION_SECRET=planted-secret',
      'SIGN_CUSTOMISER_API_TOKEN=planted-token',
      'STORE_API_TOKEN=planted-token',
      `EVENTS_URL=${url}`,
    ].join('\n')
    await writeFile(join(project, '.dev.vars'), planted)
    await writeFile(join(project, '.env'), planted)
    await edit(
      join(project, 'wrangler.toml'),
      /^(SIGN_CUSTOMISER_API_URL|ALERT_URL) = .*$/gm,
      `$1 = "${url}"`,
    )

    const run = npm(project, ['start', '--', '--once'], {
      CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true',
      SIGN_CUSTOMISER_API_URL: url,
      STORE_API_TOKEN: 'planted-token',
    })

    expect(await run.exit, [...run.lines, ...run.errors].join('\n')).toBe(0)
    const told = run.lines.join('\n')
    expect(told).toMatch(/POST \/sign-customiser\/products → 200 \{"external_id":"sc-\d+"\}/)
    expect(told).toMatch(/POST \/orders → 201 .*"state":"relayed"/)
    expect(told).toMatch(/POST \/api\/v2\/orders ← .*"integration_id":42/)
    expect(told).not.toMatch(/warn/i)
    expect(merchants.requests).toEqual([])
    await expect(stat(join(project, '.sandbox'))).rejects.toThrow('ENOENT')
  })

  it('shows the way of a SHOPLINE store', async () => {
    const run = npm(await copyProject(), ['start', '--', '--once'], { STORE: 'shopline' })

    expect(await run.exit, [...run.lines, ...run.errors].join('\n')).toBe(0)
    const told = run.lines.join('\n')
    expect(told).toMatch(/POST \/sign-customiser\/products → 200 \{"external_id":"[0-9a-f]{24}"\}/)
    expect(told).toMatch(/POST \/shopline\/webhooks\?sign=… → 200 \{"ok":true\}/)
    expect(told).toMatch(/POST \/api\/v2\/orders ← .*"integration_id":42/)
  })

  it('says why it failed in a sentence', async () => {
    const project = await copyProject()
    await edit(join(project, 'src/index.ts'), "app.route('/orders', orders(parseOrder))", '')

    const run = npm(project, ['start', '--', '--once'])

    expect(await run.exit).toBe(1)
    expect(run.errors.filter((line) => !line.startsWith('npm '))).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/orders answered 404 instead of 201: \{/),
    ])
  })
})

describe('npm start', () => {
  it.each(['--bridge-port', '--sandbox-port'])(
    'names a busy port and how to choose another: %s',
    async (flag) => {
      const { port } = await listen()
      const project = await copyProject()

      const run = npm(project, ['start', '--', '--bridge-port', '0', '--sandbox-port', '0', flag, `${port}`])

      expect(await run.exit).toBe(1)
      expect(run.errors.filter((line) => !line.startsWith('npm '))).toEqual([
        `Port ${port} is in use: end what uses it, or choose another with \`npm start -- ${flag} ${port + 10}\`.`,
      ])
    },
  )

  it('stays up, prints lines that work, ends what it started and finds it again', async () => {
    const project = await copyProject()
    const start = () => npm(project, ['start', '--', '--bridge-port', '0', '--sandbox-port', '0'])
    const first = start()
    await first.printed(/^Running until/)

    const commands = first.lines.filter((line) => line.startsWith('  curl ')).map((line) => line.trim())
    expect(commands.length).toBeGreaterThan(5)
    for (const command of commands) expect((await curl(command)).ok, command).toBe(true)
    await first.printed(/attempt=2 outcome=relayed/)
    const last = commands.findLast((command) => /\/orders\/[^/ ]+-b$/.test(command)) ?? ''
    expect(await (await curl(last)).json()).toMatchObject({ state: 'relayed', attempts: 2 })

    const [, token = ''] = /Bearer (\w+)/.exec(last) ?? []
    expect(token).not.toBe('')
    const commandLines = await allCommandLines()
    expect(commandLines).toContain(join(project, '.sandbox/env'))
    expect(commandLines).not.toContain(token)
    expect((await stat(join(project, '.sandbox/env'))).mode & 0o777).toBe(0o600)

    const rival = start()
    expect(await rival.exit).toBe(1)
    expect(rival.errors.join('\n')).toMatch(
      /^npm start is running here already, as process \d+ .*: end it first/m,
    )

    first.child.kill('SIGTERM')
    expect(await first.exit).toBe(0)
    await expect(curl(last)).rejects.toThrow('fetch failed')

    const second = start()
    await second.printed(/^Running until/)
    const again = last.replace(
      /127\.0\.0\.1:\d+/,
      /127\.0\.0\.1:\d+/.exec(second.lines.join('\n'))?.[0] ?? '',
    )
    expect(await (await curl(again)).json()).toMatchObject({ state: 'relayed', attempts: 2 })
  })
})
