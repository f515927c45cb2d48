/** One thing that doctor looked at. `unknown` could not be told from here. */
export interface Finding {
  check: string
  status: 'ok' | 'bad' | 'unknown'
  detail: string
  todo?: string
}

export const fine = (check: string, detail: string): Finding => ({ check, status: 'ok', detail })
export const bad = (check: string, detail: string, todo: string): Finding => ({
  check,
  status: 'bad',
  detail,
  todo,
})
export const unknown = (check: string, detail: string, todo: string): Finding => ({
  check,
  status: 'unknown',
  detail,
  todo,
})
