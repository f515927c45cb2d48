/** What the Worker tells `embed.js`, in front of the script itself. Everybody who loads a shop's page can read it. */
export interface EmbedSettings {
  /** The bridge's own origin: the script may be copied into a page, or be handed out by the shop's server. */
  bridge: string
  /** The address of the vendor's script. */
  embedUrl: string
  /** Further origins whose messages are believed. */
  trusted: readonly string[]
  /** The shops whose pages may ask the bridge for a product's ID. */
  stores: readonly string[]
  /** For the element that the script puts in its place; null leaves it to the page. */
  customiserId: string | null
  integrationId: string | null
}
