import { fetchBridge } from '../bridge.ts'

/** `operator` and a password as HTTP Basic. */
export const basic = (password: string, user = 'operator') => `Basic ${btoa(`${user}:${password}`)}`

/** Sends a request to the console as its operator's browser would, following no redirect. */
export const fetchConsole = (path: string, init: RequestInit = {}) =>
  fetchBridge(`/console${path}`, {
    redirect: 'manual',
    ...init,
    headers: { authorization: basic('console-password'), ...(init.headers as Record<string, string>) },
  })

/** The text of a console page. */
export const readConsole = async (path: string) => (await fetchConsole(path)).text()

/** Presses a button of the console. */
export const press = (path: string, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) =>
  fetchConsole(path, { method: 'POST', headers })
