/** What a web page loads of `plastax` and `plastax/wasm`, all of both, without TensorFlow.js: minified and gzip-ed. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const limit = 60_000

const { outputFiles } = await build({
  stdin: {
    contents: "export * from './dist/src/index.js'; export * from './dist/src/wasm/index.js'",
    resolveDir: fileURLToPath(new URL('../../', import.meta.url)),
  },
  bundle: true,
  minify: true,
  format: 'esm',
  external: ['@tensorflow/*'],
  write: false,
})
const size = gzipSync(outputFiles[0].contents, { level: 9 }).length
console.log(`plastax and plastax/wasm: ${(size / 1000).toFixed(1)} kB of ${limit / 1000}`)
if (size > limit) process.exitCode = 1
