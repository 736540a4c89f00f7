/**
 * `npm run test:browser`: the laws in headless Chromium, on the wasm backend with and without threads, and what pages with other
 * headers are told. Fails for any broken law, any other failed check, and any word on a page's console.
 * PLASTAX_VISITS='webgl' runs the laws on webgl; so does any part of a name the visits whose names have it in them.
 */
import { perRow } from '../laws/settings.js'
import { findChromium, launch } from './chromium.js'
import { filesOf } from './files.js'
import { type Outcome, paths, type Settings } from './protocol.js'
import { type Headers, isolation, serve } from './server.js'
import { visit } from './visit.js'

// Fewer than in Node, where the same laws run: here it is the platform that is on trial.
const runs = Number(process.env.PLASTAX_RUNS ?? 4)

/** A page, as it is served and asked. */
interface Visit {
  readonly name: string
  readonly page: string
  readonly headers: Headers
  readonly settings?: Partial<Settings>
  /** What the browser or the package logs there by itself. */
  readonly expected?: RegExp
}

const policy = (scripts: string): Headers => ({
  'Content-Security-Policy': `default-src 'self'; script-src ${scripts}; img-src data:`,
})

// The refusal's page asks for a file that is not there.
const notFound = /^error: Failed to load resource: .* 404/
const isolated = { isolated: true }
// Leaves are drawn, and rows have masks by name.
const idle = /^warning: a (mask selects|partition gives) /

const visits: readonly Visit[] = [
  { name: 'refusals', page: 'refusal', headers: {}, expected: notFound },
  { name: 'refusals, isolated', page: 'refusal', headers: isolation, settings: isolated, expected: notFound },
  {
    name: 'a policy without WebAssembly',
    page: 'policy',
    headers: policy("'self'"),
    expected: /wasm-eval|unsafe-eval/,
  },
  // Stands for whatever keeps the workers of threads from their work, as a minified build does.
  {
    name: 'a policy without workers',
    page: 'threads',
    headers: { ...isolation, ...policy("'self' 'wasm-unsafe-eval'") },
    settings: isolated,
    expected: /worker-src|blob:/,
  },
  {
    name: "a policy with 'wasm-unsafe-eval'",
    page: 'refusal',
    headers: policy("'self' 'wasm-unsafe-eval'"),
    expected: notFound,
  },
  { name: 'a page without a bundler', page: 'unbundled', headers: {} },
  { name: 'laws on wasm', page: 'laws', headers: {}, expected: idle },
  {
    name: 'laws on wasm with threads',
    page: 'laws',
    headers: isolation,
    settings: { isolated: true, threads: true },
    expected: idle,
  },
  // By software each kernel is a program to be compiled: fewer runs.
  ...[0, 1, 2, 3, 4].map(part => ({
    name: `laws on webgl, part ${part + 1} of 5`,
    page: 'laws',
    headers: {},
    expected: idle,
    settings: { backend: 'webgl', runs: Math.min(runs, 2), part, parts: 5 } as const,
  })),
]

const main = async (executable: string): Promise<boolean> => {
  // By software the laws on webgl take longer than all the rest: on demand.
  const asked = process.env.PLASTAX_VISITS
  const chosen = visits.filter(({ name }) =>
    asked === undefined ? !name.startsWith('laws on webgl') : name.includes(asked),
  )
  const files = await filesOf(['refusal', 'policy', 'threads', 'laws'])
  const browser = await launch(executable)
  const outcomes: Outcome[] = []
  console.log(`Chromium ${browser.version()}, ${runs} runs of each law, seed ${perRow.seed}`)
  for (const { name, page, headers, settings, expected } of chosen) {
    const { origin, close } = await serve(files, headers)
    const [begun, first] = [performance.now(), outcomes.length]
    const all: Settings = {
      backend: 'wasm',
      isolated: false,
      threads: false,
      runs,
      seed: perRow.seed ?? 0,
      part: 0,
      parts: 1,
      ...settings,
    }
    await visit(browser, origin + paths.page(page), all, expected, outcome => {
      outcomes.push(outcome)
      if (outcome.problem !== undefined) console.log(`FAILED (${name}) ${outcome.name}\n${outcome.problem}\n`)
    })
    close()
    const seconds = Math.round((performance.now() - begun) / 1000)
    console.log(`${name}: ${outcomes.length - first} checks in ${seconds} s`)
  }
  await browser.close()
  const failed = outcomes.filter(({ problem }) => problem !== undefined).length
  console.log(`${outcomes.length - failed} passed, ${failed} failed`)
  return failed === 0
}

const executable = findChromium()
if (executable === undefined) console.error('chromium is not installed: apt-get install chromium')
process.exitCode = executable !== undefined && (await main(executable)) ? 0 : 1
