/** Whether one setting or service can be used. `off`: an optional setting that is not set. A `detail` never holds a value. */
export interface Check {
  status: 'ok' | 'off' | 'failed'
  detail?: string
}

/** By the name of the setting or service. */
export type Checks = Readonly<Record<string, Check>>
