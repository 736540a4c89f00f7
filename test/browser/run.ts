/**
 * `npm run test:browser`: the laws in headless Chromium, with and without cross-origin isolation. Fails for any broken law,
 * any other failed check, and any word on a page's console.
 */
import { perRow } from '../laws/settings.js'
import { findChromium, launch } from './chromium.js'
import { filesOf } from './files.js'
import { modes, type Outcome, paths, type Settings } from './protocol.js'
import { serve } from './server.js'
import { visit } from './visit.js'

// Fewer than in Node, where the same laws run: here it is the platform that is on trial.
const runs = Number(process.env.PLASTAX_RUNS ?? 4)

// The refusal's page asks for a file that is not there, which the browser logs by itself.
const pages = [
  { name: 'refusal', expected: /^error: Failed to load resource: .* 404/ },
  { name: 'laws', expected: undefined },
] as const

const main = async (executable: string): Promise<boolean> => {
  const files = await filesOf(pages.map(({ name }) => name))
  const browser = await launch(executable)
  const outcomes: Outcome[] = []
  console.log(`Chromium ${browser.version()}, ${runs} runs of each law, seed ${perRow.seed}`)
  for (const { name: mode, isolated } of modes) {
    const settings: Settings = { isolated, runs, seed: perRow.seed ?? 0 }
    const { origin, close } = await serve(files, isolated)
    const [begun, first] = [performance.now(), outcomes.length]
    for (const { name, expected } of pages)
      await visit(browser, origin + paths.page(name), settings, expected, outcome => {
        outcomes.push(outcome)
        if (outcome.problem !== undefined) console.log(`FAILED (${mode}) ${outcome.name}\n${outcome.problem}\n`)
      })
    close()
    const seconds = Math.round((performance.now() - begun) / 1000)
    console.log(`${mode}: ${outcomes.length - first} checks in ${seconds} s`)
  }
  await browser.close()
  const failed = outcomes.filter(({ problem }) => problem !== undefined).length
  console.log(`${outcomes.length - failed} passed, ${failed} failed`)
  return failed === 0
}

const executable = findChromium()
if (executable === undefined) console.error('chromium is not installed: apt-get install chromium')
process.exitCode = executable !== undefined && (await main(executable)) ? 0 : 1
