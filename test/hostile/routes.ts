import { vi } from 'vitest'

export interface Route {
  method: string
  /** As it was written down, such as `/orders/:external_id`. */
  path: string
}

/** Every route of the Worker, asked of its own router, so that none can be forgotten. */
export async function everyRoute(): Promise<Route[]> {
  vi.resetModules()
  const { Hono } = await import('hono')
  const route = vi.spyOn(Object.getPrototypeOf(Hono.prototype), 'route')
  await import('../../src/index.ts')
  const app = route.mock.contexts.at(-1) as InstanceType<typeof Hono>
  route.mockRestore()
  const all = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`)
  return [...new Set(all)].map((route) => {
    const [method = '', path = ''] = route.split(' ')
    return { method, path }
  })
}
