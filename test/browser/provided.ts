import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    bridge: string
    sandbox: string
    storeToken: string
    consolePassword: string
    /** The shop whose origin is in STORE_ORIGINS. */
    shop: string
    /** Another origin, in EMBED_ORIGINS. */
    friend: string
    /** An origin that nobody knows. */
    stranger: string
  }
}
