import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.js'
import { divergenceOf, type TrainOptions, train } from '../../src/cli/train.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-train-'))
})
afterAll(() => rm(folder, { recursive: true }))

const SMOKE = `
experiment:
  dataset: synthetic_mnist
  run_name: smoke
  batch_size: 64
  epochs: 2
  lr: 0.1
  optimizer: neuroplastic
  seed: 1
  num_workers: 0
  output_dir: results
  device: cuda
plasticity:
  mode: ablation_grad_only
  min_alpha: 0.5
  max_alpha: 1.5
homeostatic:
  max_update_norm: 1.0
`

/** Runs a file of this text, or of this name. */
const run = async (config: { readonly text?: string; readonly path?: string }, options: Partial<TrainOptions> = {}) => {
  const file = config.path ?? join(folder, 'run.yaml')
  if (config.text !== undefined) await writeFile(file, config.text)
  const out: string[] = []
  const err: string[] = []
  const io = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { isTTY: false, write: (text: string) => err.push(text) },
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  } as unknown as Io
  const result = await train(io)({ config: file, ...options })()
  return { result, file, out: out.join(''), err: err.join('') }
}

const reportOf = ({ result }: Awaited<ReturnType<typeof run>>) => {
  if (E.isLeft(result)) throw new Error(result.left.join('\n'))
  return result.right
}
const faultsOf = ({ result }: Awaited<ReturnType<typeof run>>) => (E.isLeft(result) ? result.left : [])

test('a run: warnings first, a table, and the file', async () => {
  const json = join(folder, 'out.json')
  const before = tf.memory().numTensors
  const done = await run({ text: SMOKE }, { json })
  expect(tf.memory().numTensors).toBe(before)
  const report = reportOf(done)
  expect(done.err.split('\n')).toEqual([
    `warning: ${done.file}: experiment.device has no effect: runs are on the CPU, on the WASM backend`,
    `warning: ${done.file}: experiment.output_dir has no effect: nothing is written there; --json FILE writes the results`,
    expect.stringMatching(/^smoke, seed 1: .* after 2 epochs/),
    '',
  ])
  const [what, setting, ...table] = done.out.split('\n')
  expect(what).toBe('smoke: neuroplastic, learning rate 0.1')
  expect(setting).toBe(
    'synthetic_mnist (made): 1024 examples to train, 256 to test; mlp 784-256-256-10; 2 epochs, seed 1, batches of 64',
  )
  expect(table.filter(line => /^│ [12] /.test(line))).toHaveLength(2)

  expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)))
  expect(report).toMatchObject({
    config: {
      file: done.file,
      asPublished: false,
      dataSet: 'synthetic_mnist',
      seed: 1,
      epochs: 2,
      trainExamples: 1024,
    },
    warnings: [expect.stringContaining('device'), expect.stringContaining('output_dir')],
    backend: 'wasm',
    versions: { node: process.versions.node },
    run: { outcome: { status: 'completed' } },
  })
  const [first, second] = report.run.epochs
  // Noise can be learnt by heart, and no more than guessed.
  expect(second?.trainLoss).toBeLessThan(first?.trainLoss as number)
  expect(second?.testAccuracy).toBeLessThan(0.25)
  expect(first?.alpha?.min).toBeGreaterThanOrEqual(0.5)
  expect(first?.alpha?.max).toBeLessThanOrEqual(1.5)
})

test('options win over the file; the same again gives the same numbers', async () => {
  const losses = async (options: Partial<TrainOptions>) =>
    reportOf(await run({ text: SMOKE }, options)).run.epochs.map(({ testLoss }) => testLoss)
  const [seven, again, one] = [await losses({ seed: 7 }), await losses({ seed: 7 }), await losses({ epochs: 1 })]
  expect(seven).toEqual(again)
  expect(seven).toHaveLength(2)
  expect(one).toHaveLength(1)
  expect(one[0]).not.toBe(seven[0])
})

test('as published, the second epoch of a scheduled run hardly moves', async () => {
  const text =
    'experiment: { dataset: synthetic_mnist, optimizer: sgd, lr: 0.01, epochs: 2, scheduler: exponential, scheduler_gamma: 0.2 }'
  const gain = async (asPublished: boolean) => {
    const done = await run({ text }, { asPublished })
    const [first, second] = reportOf(done).run.epochs
    return { done, moved: Math.abs((second?.testLoss as number) - (first?.testLoss as number)) }
  }
  const [sane, published] = [await gain(false), await gain(true)]
  expect(sane.moved).toBeGreaterThan(1e-3)
  // Eight updates: the rate of the second epoch is that of the first times 0.2^8 = 2.6e-6.
  expect(published.moved).toBeLessThan(1e-5)
  expect(sane.done.err).toMatch(/once for every update of it; here once for the epoch. --as-published/)
  expect(published.done.err).toMatch(/warning: .*: as published: /)
  expect(published.done.out).toMatch(/sgd, learning rate 0.01, as published\n/)
})

test('gradient accumulation is one step of the whole', async () => {
  const text = (size: number, parts: number) =>
    `experiment: { dataset: synthetic_mnist, epochs: 1, batch_size: ${size}, gradient_accumulation_steps: ${parts} }`
  const report = reportOf(await run({ text: text(64, 4) }))
  expect(report.run.steps).toBe(4)
  expect(report.config).toMatchObject({ batchSize: 256, accumulate: 4 })
})

test('a run that diverges is a result', async () => {
  const text = 'experiment: { dataset: synthetic_mnist, optimizer: sgd, lr: 100, epochs: 3 }'
  const done = await run({ text })
  expect(reportOf(done).run.outcome.status).toBe('diverged')
  expect(divergenceOf(reportOf(done))).toEqual([
    expect.stringMatching(/^diverged at epoch 1, step \d+: the training loss/),
  ])
  expect(done.out).toMatch(/\ndiverged at epoch 1, step \d+: the training loss is NaN\n$/)
})

test('every fault of a file is a line with its name, and nothing is trained or written', async () => {
  const json = join(folder, 'never.json')
  const bad = await run({ text: 'experiment: { lr: 0, epoch: 1 }\nplasticity: { min_alpha: 9 }\n' }, { json })
  expect(faultsOf(bad)).toEqual([
    `${bad.file}: experiment.epoch is not a key; did you mean 'epochs'?`,
    `${bad.file}: experiment.lr must be a number in (0, inf); got 0`,
    `${bad.file}: plasticity.min_alpha must be at most max_alpha, 2; got 9`,
  ])
  expect(bad.out + bad.err).toBe('')
  expect(await readdir(folder)).not.toContain('never.json')
})

test.each([
  ['experiment: {}\nexperiment: {}', [/keys must be unique at line 2, column 1$/]],
  ['', [/it is empty; it needs a section 'experiment'$/]],
  ['- a\n- b', [/must be an object; got an array$/]],
  ['just text', [/must be an object; got 'just text'$/]],
  ['experiment: [', [/at line 1/]],
])('%j', async (text, expected) => {
  const done = await run({ text })
  const faults = faultsOf(done)
  expect(faults).toHaveLength(expected.length)
  expected.forEach((pattern, i) => {
    expect(faults[i]).toMatch(pattern)
    expect(faults[i]?.startsWith(`${done.file}: `)).toBe(true)
  })
})

test('a path that is no file', async () => {
  const absent = join(folder, 'absent.yaml')
  expect(faultsOf(await run({ path: absent }))).toEqual([`${absent}: is not there; name a YAML file`])
  expect(faultsOf(await run({ path: folder }))).toEqual([`${folder}: is a folder; name a YAML file`])
})

test('what else can be refused is, before training', async () => {
  const json = join(folder, 'no', 'out.json')
  expect(faultsOf(await run({ text: SMOKE }, { json }))).toEqual([
    expect.stringMatching(/^cannot write .*there is no folder/),
  ])
  expect(faultsOf(await run({ text: SMOKE }, { data: 'shipped' }))).toEqual([
    expect.stringMatching(/is made, not loaded/),
  ])
})
