/** What is served: pages, each with its script bundled as an application's would be, and the WASM backend's binaries. */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { paths } from './protocol.js'
import type { Files } from './server.js'

const html = (name: string): string =>
  // The icon is named, for the browser would ask for it and log that there is none.
  `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
<script type="module" src="${paths.script(name)}"></script>`

const bundled = async (names: readonly string[]): Promise<readonly (readonly [string, Uint8Array])[]> => {
  const { outputFiles, warnings } = await build({
    entryPoints: names.map(name => fileURLToPath(new URL(`page/${name}.ts`, import.meta.url))),
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  })
  if (warnings.length > 0) throw new Error(`the bundler warns: ${warnings.map(({ text }) => text).join('; ')}`)
  return outputFiles.map(({ path, contents }) => [paths.script(basename(path, '.js')), contents])
}

const binaries = async (): Promise<readonly (readonly [string, Uint8Array])[]> => {
  const resolve = createRequire(import.meta.url).resolve
  const folder = dirname(resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'))
  const names = (await readdir(folder)).filter(name => name.endsWith('.wasm'))
  return Promise.all(names.map(async name => [`${paths.wasm}${name}`, await readFile(join(folder, name))] as const))
}

/** The files of pages with these names. */
export const filesOf = async (names: readonly string[]): Promise<Files> =>
  new Map<string, string | Uint8Array>([
    ...names.map(name => [paths.page(name), html(name)] as const),
    ...(await bundled(names)),
    ...(await binaries()),
  ])
