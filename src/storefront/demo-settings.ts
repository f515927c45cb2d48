/** What the Worker tells the demo's script, in an attribute of its page. */
export interface DemoSettings {
  /** The origin of the vendor's script, and further ones whose messages are believed. */
  embedUrl: string
  trusted: readonly string[]
  /** In which the designs' prices are. */
  currency: string
}
