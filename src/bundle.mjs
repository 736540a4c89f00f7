/** Makes `plastax/browser`, which a page imports as it is. The second half of `npm run build`. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = path => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** The text of the module, made from an entry: the sources, or what the compiler made of them. */
export const browserModule = async entry => {
  const { outputFiles } = await build({
    entryPoints: [at(entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['@tensorflow/*'],
    outfile: at('dist/plastax.browser.js'),
    sourcemap: 'linked',
    write: false,
  })
  return outputFiles
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { writeFileSync } = await import('node:fs')
  for (const { path, contents } of await browserModule('dist/src/browser.js')) writeFileSync(path, contents)
}
