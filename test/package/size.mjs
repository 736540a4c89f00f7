/** What a web page loads, without TensorFlow.js: of the built package, by its name, as a bundler takes it; minified and gzip-ed. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const training = `
  import * as tf from '@tensorflow/tfjs'
  const params = { w: tf.tensor1d([1, 2]) }`

/** What is measured: a name, the text of a page, and bytes at most. */
const pages = [
  [
    'adam, with compile',
    `${training}
    import { adam, compile } from 'plastax'
    const optimizer = compile(adam({ learningRate: 0.01 }))
    export const next = optimizer.step({ params, state: optimizer.init(params) }, { w: tf.tensor1d([1, 1]) })`,
    22_000,
  ],
  [
    'toTfOptimizer(adam())',
    `${training}
    import { adam, toTfOptimizer } from 'plastax'
    const w = tf.variable(params.w)
    toTfOptimizer(adam()).minimize(() => w.square().sum())`,
    28_000,
  ],
  [
    'adam, with compile and useWasm',
    `import { adam, compile } from 'plastax'
    import { useWasm } from 'plastax/wasm'
    await useWasm({ wasmPaths: '/' })
    export const optimizer = compile(adam())`,
    44_000,
  ],
  ['plastax and plastax/wasm, all of both', "export * from 'plastax'; export * from 'plastax/wasm'", 80_000],
]

for (const [name, contents, limit] of pages) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../../', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    external: ['@tensorflow/*'],
    write: false,
  })
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length
  console.log(`${name}: ${(size / 1000).toFixed(1)} kB of ${limit / 1000}`)
  if (size > limit) process.exitCode = 1
}
