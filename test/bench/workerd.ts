import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { deployed } from './build.ts'
import { endsWithUs, folder } from './leftovers.ts'
import type { Server } from './server.ts'

/** The program that wrangler brings along. */
const { default: workerd } = createRequire(import.meta.resolve('wrangler'))('workerd') as { default: string }

/**
 * Runs a built Worker in bare workerd with its KV namespace and its ledger on disk. `wrangler dev` would be ten times slower and
 * measure itself. `under` is a command that runs it.
 */
export async function startWorker(
  name: string,
  modules: { worker: string; kv: string },
  texts: Record<string, string>,
  under: readonly string[] = [],
): Promise<Server> {
  const disk = join(folder, `${name}-disk`)
  mkdirSync(disk, { recursive: true })
  const config = join(folder, `${name}.capnp`)
  writeFileSync(config, configuration(modules, texts, disk))
  const [program = workerd, ...args] = [...under, workerd, 'serve', config, '--control-fd=3']
  const child = endsWithUs(spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }))
  const port = await listening(child.stdio[3] as Readable, name)
  return { name, port, child }
}

async function listening(control: Readable, name: string): Promise<number> {
  for await (const chunk of control) {
    const { event, port } = JSON.parse(String(chunk))
    if (event === 'listen') return port
  }
  throw new Error(`workerd ended before ${name} listened`)
}

const text = (value: string) => JSON.stringify(value)

function configuration(
  { worker, kv }: { worker: string; kv: string },
  texts: Record<string, string>,
  disk: string,
): string {
  const bindings = Object.entries(texts).map(
    ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "kv", worker = .kv),
    (name = "disk", disk = (path = ${text(disk)}, writable = true)),
    (name = "loopback", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${text(relative(folder, worker))})],
  compatibilityDate = ${text(deployed.compatibility_date ?? '')},
  bindings = [
    (name = "CATALOGUE", kvNamespace = "kv"),
    (name = "LEDGER", durableObjectNamespace = "Ledger"),
    ${bindings.join(',\n    ')}
  ],
  globalOutbound = "loopback",
  durableObjectNamespaces = [(className = "Ledger", uniqueKey = "ledger", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
);
const kv :Workerd.Worker = (
  modules = [(name = "kv", esModule = embed ${text(relative(folder, kv))})],
  compatibilityDate = ${text(deployed.compatibility_date ?? '')},
);
`
}
