/**
 * Whether a study announces evidence where there is none, and finds it where there is: `npm run test:claims`.
 *
 * With the path of another checkout, of before a rule had controls of its own, it asks that one too: a rule without a modulation
 * that could help, which announces nothing there either, tests nothing.
 */
import { pathToFileURL } from 'node:url'
import * as P from '../../src/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { today } from './judge.js'
import { rulesOf } from './rules.js'
import { announced, answers, type Judge } from './studies.js'

const STUDIES = 20
const RATES = [0.02, 0.05, 0.1]

/** The code of a checkout in which studies spread in the controls of NeuroPlastic. */
const before = async (root: string): Promise<{ readonly library: typeof P; readonly judge: Judge }> => {
  const load = async (path: string) => import(pathToFileURL(`${root}/src/${path}`).href)
  // What it exports is known from its history alone.
  const library = (await load('index.ts')) as typeof P
  const { controls } = await load('study/variants.ts')
  const { findings } = await load('study/report/findings.ts')
  const { cellResults } = await load('study/statistics/cells.ts')
  const { comparisons } = await load('study/statistics/comparisons.ts')
  const { useWasm } = await load('wasm/index.ts')
  await useWasm()
  const rows = controls as Readonly<
    Record<string, { readonly settings: object; transform(settings: object): P.GradientTransform<unknown> }>
  >
  return {
    library,
    judge: {
      compile: library.compile,
      beside: () => ({
        rules: Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.transform(row.settings)])),
      }),
      answer: result => {
        const cells = cellResults(result)
        return findings(result, cells, comparisons(result, cells)).answer
      },
    },
  }
}

const say = (text: string) => process.stdout.write(`${text}\n`)
const [old] = process.argv.slice(2)
if (old !== undefined) {
  const { library, judge } = await before(old)
  say(`\nas ${old} judges, with the controls of NeuroPlastic:`)
  for (const [name, rule] of Object.entries(rulesOf(library).still))
    for (const rate of RATES)
      say(`  ${name}, rate ${rate}: evidence in ${announced(answers(judge, rule(rate), 3, 7))} of 3`)
}

await useWasm()
const { still, planted } = rulesOf(P)
say('\nas this one judges, with controls of the rules:')
let all = 0
for (const [i, [name, rule]] of Object.entries(still).entries()) {
  const given = answers(today, rule(0.05), STUDIES, 100_000 * (i + 1))
  all += announced(given)
  say(`  ${name}: evidence in ${announced(given)} of ${STUDIES}  (${given[0]})`)
}
say(`  all of them: ${all} of ${Object.keys(still).length * STUDIES}`)
for (const [i, strength] of [0.7, 0.4, 0.2, 0].entries()) {
  const given = answers(today, planted(strength)(0.5), STUDIES, 1_000_000 * (i + 1))
  say(`  an effect of strength ${strength}: evidence in ${announced(given)} of ${STUDIES}  (${given[0]})`)
}
