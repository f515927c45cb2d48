import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Frame, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS })
})
afterEach(async () => {
  // A page that stays open goes on asking, and slows the next down.
  await Promise.all(browser.contexts().map((context) => context.close()))
})
afterAll(() => browser.close())

/** Opens a page, and keeps what it complains about: scripts, styles or pictures that its policy forbids, and errors. */
export async function open(
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return { page, complaints }
}

/** The operator's browser: signed in, and without JavaScript unless it is asked for. */
export const openConsole = (path: string, options: BrowserContextOptions = {}) =>
  open(`${inject('bridge')}/console${path}`, {
    javaScriptEnabled: false,
    httpCredentials: { username: 'operator', password: inject('consolePassword') },
    ...options,
  })

/** What axe-core finds that is serious or worse, in a page and the frames within it. */
export async function findings(page: Page): Promise<string[]> {
  const found = await Promise.all(page.frames().map(findingsIn))
  return found.flat()
}

async function findingsIn(frame: Frame): Promise<string[]> {
  // Evaluated by the debugger, so that the page's policy need not allow it.
  await frame.evaluate(axe.source)
  const { violations } = await frame.evaluate<axe.AxeResults>('axe.run({ iframes: false })')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${frame.url()}: ${id} at ${target}`))
}

/** Sizes and schemes in which every page is looked at. */
export const LOOKS = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
)

/** Where pictures go when `PICTURES` names a folder. */
const FOLDER = process.env.PICTURES

/** Makes sure that a page fits its window, and takes its picture for whoever wants to look. */
export async function look(page: Page, name: string): Promise<void> {
  expect(
    await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
    `${name} fits its window`,
  ).toBe(true)
  if (FOLDER === undefined) return
  mkdirSync(FOLDER, { recursive: true })
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true })
  // What of it is seen first, small enough for README.
  await page.screenshot({ path: join(FOLDER, `${name}.jpg`), quality: 70 })
}
