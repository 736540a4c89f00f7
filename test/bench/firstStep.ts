/**
 * `tsx test/bench/firstStep.ts [folder of another build]`: what the first step costs a leaf, at 300 leaves and at 3,000.
 *
 * Each measurement is a fresh process, in which nothing is compiled yet; those of two builds take turns. The time is that of the
 * processor, whatever else the machine does. Build first: `npm run build`.
 */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const optimizers = ['neuroPlastic', 'adam'] as const
const counts = [300, 3000] as const
const processes = 5

/** Milliseconds of `init` and the first step with a build, in this process. */
const measure = async (build: string, name: (typeof optimizers)[number], leaves: number): Promise<number> => {
  const { compile, [name]: make }: typeof import('plastax') = await import(`${build}/dist/src/index.js`)
  const { useWasm }: typeof import('plastax/wasm') = await import(`${build}/dist/src/wasm/index.js`)
  const tf: typeof import('@tensorflow/tfjs') = createRequire(`${build}/package.json`)('@tensorflow/tfjs')
  await useWasm()
  const tensors = () =>
    Object.fromEntries(Array.from({ length: leaves }, (_, i) => [`layer${i}/w`, tf.ones(i % 2 ? [8] : [4, 8])]))
  const [params, grads] = [tensors(), tensors()]
  const transform: import('plastax').GradientTransform<unknown> = make({})
  const optimizer = compile(transform)
  const start = process.cpuUsage()
  optimizer.step({ params, state: optimizer.init(params) }, grads, { epoch: 1, totalEpochs: 10 })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)] as number

const [first, ...rest] = process.argv.slice(2)
if (first === '--measure') {
  const [build = '', name, leaves] = rest
  console.log(await measure(build, name as (typeof optimizers)[number], Number(leaves)))
} else {
  const script = fileURLToPath(import.meta.url)
  const own = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
  const builds = first === undefined ? [own] : [own, first]
  const once = (build: string, name: string, leaves: number): number =>
    Number(
      execFileSync(process.execPath, ['--import', 'tsx', script, '--measure', build, name, String(leaves)], {
        cwd: own,
        encoding: 'utf8',
      }),
    )
  console.log('| optimizer | build | ms at 300 | ms at 3,000 | a leaf, 3,000 to 300 |\n| --- | --- | --- | --- | --- |')
  for (const name of optimizers) {
    const rounds = Array.from({ length: processes }, () => builds.map(build => counts.map(n => once(build, name, n))))
    for (const [i, build] of builds.entries()) {
      const [few, many] = counts.map((_, j) => median(rounds.map(round => round[i]?.[j] as number))) as [number, number]
      const ratio = many / counts[1] / (few / counts[0])
      console.log(
        `| ${name} | ${build === own ? 'this' : 'the other'} | ${few.toFixed(0)} | ${many.toFixed(0)} | ${ratio.toFixed(2)} |`,
      )
    }
  }
}
