/**
 * As many random programs as one likes, chunk by chunk: `npm run fuzz -- --runs 1000000 [--seed N] [--path P]`.
 *
 * What is found is shrunk and printed with the seed of its chunk; `--runs 1 --seed N --path P` tries it again.
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { useWasm } from '../../../src/wasm/index.js'
import { arbitraryTrial } from './arbitrary.js'
import { wrong } from './check.js'
import { renew } from './heap.js'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    path: { type: 'string' },
  },
})
const runs = Number(values.runs)
const seed = Number(values.seed)
const chunk = 1000

const property = fc
  .asyncProperty(arbitraryTrial, async trial => {
    const found = wrong(trial)
    if (found !== undefined) throw new Error(found)
  })
  .beforeEach(renew)

const main = async (): Promise<number> => {
  await tf.setBackend('cpu')
  await useWasm()
  const start = performance.now()
  for (let done = 0; done < runs; done += chunk) {
    const details = await fc.check(property, {
      numRuns: Math.min(chunk, runs - done),
      seed: seed + done / chunk,
      ...(values.path === undefined ? {} : { path: values.path }),
    })
    if (details.failed) {
      const { counterexample, counterexamplePath, errorInstance, numRuns } = details
      const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
      console.error(
        `program ${done + numRuns}: ${message}\n${JSON.stringify(counterexample)}\n--runs 1 --seed ${details.seed} --path ${counterexamplePath}`,
      )
      return 1
    }
    const seconds = (performance.now() - start) / 1000
    const tried = Math.min(runs, done + chunk)
    if (tried % 10_000 === 0 || tried === runs)
      console.log(`${tried} programs in ${seconds.toFixed(0)} s, ${((1000 * seconds) / tried).toFixed(2)} ms each`)
  }
  return 0
}

main().then(
  code => {
    process.exitCode = code
  },
  error => {
    console.error(error)
    process.exitCode = 1
  },
)
