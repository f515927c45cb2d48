import { build } from 'esbuild'

/** A script or stylesheet as browsers load it: one file, written to be read, unless `minify` asks for a small one. */
export async function bundle(source: string, minify = false): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    minify,
    ...(minify && { lineLimit: 110 }),
    write: false,
    format: 'iife',
    // What shoppers' browsers can read: README names them.
    target: 'es2020',
    charset: 'utf8',
  })
  return outputFiles.map(({ text }) => text).join('')
}
