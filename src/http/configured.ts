import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { err, type Result } from '../result.ts'
import { readSettings, type SettingName, type Settings } from '../settings.ts'
import type { App } from './app.ts'
import { refuse } from './problem.ts'

/** Reads the settings a route needs, or has the 503 ready that names those which are missing or wrong. */
export function requireSettings<N extends SettingName>(
  c: Context<App>,
  names: readonly N[],
): Result<Settings<N>, Response> {
  const read = readSettings(c.env, names)
  if (read.ok) return read
  const faults = read.error.map(({ setting, detail }) => `${setting} ${detail}`)
  c.get('facts').settings = read.error.map(({ setting }) => setting)
  return err(
    refuse(
      c,
      { code: 'not-configured', detail: `${faults.join('; ')}.` },
      { headers: { 'retry-after': '60' } },
    ),
  )
}

/** Admits requests only while the named settings can be used. */
export const configured = (names: readonly SettingName[]) =>
  createMiddleware<App>(async function configured(c, next) {
    const settings = requireSettings(c, names)
    return settings.ok ? next() : settings.error
  })
