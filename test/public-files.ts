declare global {
  interface ImportMeta {
    /** Vite's: the files that fit a pattern, each with what would load it. */
    glob(pattern: string): Record<string, unknown>
  }
}

const files = Object.keys(import.meta.glob('../src/public/**')).map((file) =>
  file.replace('../src/public', ''),
)

/** The path of each file of `src/public` that is served, as it is asked for. */
export const PUBLIC_PAGES = files
  .filter((file) => !file.startsWith('/_'))
  .map((file) => file.replace(/\.html$/, ''))
