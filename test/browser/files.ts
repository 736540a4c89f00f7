/** What is served: pages, each with its script bundled as an application's would be, and the WASM backend's binaries. */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { browserModule } from '../../src/bundle.mjs'
import { paths } from './protocol.js'
import type { Files } from './server.js'

const root = new URL('../../', import.meta.url)

// The icon is named, for the browser would ask for it and log that there is none.
const icon = '<meta charset="utf-8"><link rel="icon" href="data:,">'
const tag = (name: string): string => `<script type="module" src="${paths.script(name)}"></script>`
const html = (name: string): string => `<!doctype html>${icon}<title>${name}</title>\n${tag(name)}`

const bundled = async (
  names: readonly string[],
  external: readonly string[] = [],
): Promise<readonly (readonly [string, Uint8Array])[]> => {
  const { outputFiles, warnings } = await build({
    entryPoints: names.map(name => fileURLToPath(new URL(`page/${name}.ts`, import.meta.url))),
    outdir: '/',
    bundle: true,
    external: [...external],
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  })
  if (warnings.length > 0) throw new Error(`the bundler warns: ${warnings.map(({ text }) => text).join('; ')}`)
  return outputFiles.map(({ path, contents }) => [paths.script(basename(path, '.js')), contents])
}

/** The page of docs/hosts.md without a bundler, all that its import map names, and a script with checks. */
const unbundled = async (): Promise<readonly (readonly [string, string | Uint8Array])[]> => {
  const page = /```html\n([\s\S]+?)```/.exec(await readFile(new URL('docs/hosts.md', root), 'utf8'))?.[1] ?? ''
  const [script] = await bundled(['unbundled'], ['plastax', '@tensorflow/*'])
  const [module] = await browserModule('src/browser.ts').then(files => files.filter(({ path }) => path.endsWith('.js')))
  const named = [...page.matchAll(/"(\/node_modules\/@tensorflow\/[^"]+)"/g)].map(([, path]) => path as string)
  return [
    [paths.page('unbundled'), page.replace('<!doctype html>', `$&${icon}`) + tag('unbundled')],
    ...(script === undefined ? [] : [script]),
    ['/node_modules/plastax/dist/plastax.browser.js', module?.contents ?? ''],
    ...(await Promise.all(
      [...new Set(named)].map(async path => [path, await readFile(new URL(`.${path}`, root))] as const),
    )),
    ...(await binaries('/node_modules/@tensorflow/tfjs-backend-wasm/dist/')),
  ]
}

const binaries = async (place: string): Promise<readonly (readonly [string, Uint8Array])[]> => {
  const resolve = createRequire(import.meta.url).resolve
  const folder = dirname(resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'))
  const names = (await readdir(folder)).filter(name => name.endsWith('.wasm'))
  return Promise.all(names.map(async name => [`${place}${name}`, await readFile(join(folder, name))] as const))
}

/** The files of pages with these names. */
export const filesOf = async (names: readonly string[]): Promise<Files> =>
  new Map<string, string | Uint8Array>([
    ...names.map(name => [paths.page(name), html(name)] as const),
    ...(await bundled(names)),
    ...(await binaries(paths.wasm)),
    ...(await unbundled()),
  ])
