/** The examples of README and guide: they run, do what they say, and stand in the documents word for word. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { neuroPlasticByHand } from '../../docs/examples/paper.js'
import { checkLaws } from '../../laws/index.js'
import { compile, type GradientTransform, neuroPlastic } from '../../src/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { flat } from '../support/tensors.js'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

beforeAll(() => useWasm())

test('the smallest program comes near to the minimum', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  await import('../../docs/examples/smallest.js')
  const printed = log.mock.calls.flat().join()
  log.mockRestore()
  const numbers = [...printed.matchAll(/-?\d[\d.e-]*/g)].map(Number)
  expect(numbers).toHaveLength(2)
  for (const x of numbers) expect(Math.abs(x)).toBeLessThan(0.1)
})

test('an optimizer of one’s own trains', async () => {
  const { losses } = await import('../../docs/examples/train.js')
  expect(losses.at(-1)).toBeLessThan(0.02)
  expect(losses[0]).toBeGreaterThan(0.1)
})

test('a rule of one’s own is law-checked, and the same without its clamp is refuted', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { report } = await import('../../docs/examples/law-check.js')
  const printed = log.mock.calls.flat().join('\n')
  log.mockRestore()
  expect(report.results.filter(({ outcome }) => outcome === 'violated').map(({ law }) => law)).toEqual([
    'bounded modulation, [0.5, 1.5]',
  ])
  const shown = /^broken law[\s\S]*?(?=\n```)/m.exec(read('README.md'))?.[0] ?? 'nothing'
  expect(printed).toContain(shown)
})

test('a law of one’s own tells a rule that keeps it from one that does not', async () => {
  const { holds, broken } = await import('../../docs/examples/own-law.js')
  expect([holds.holds, broken.holds]).toEqual([true, false])
})

test('a transform with a state keeps the universal laws', async () => {
  const { lion } = await import('../../docs/examples/lion.js')
  expect(checkLaws(lion, [], { runs: 10, seed: 1 }).results.filter(({ outcome }) => outcome === 'violated')).toEqual([])
})

test('state is found by name, and hyperparameters are changed in it', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { look, steadier } = await import('../../docs/examples/finding-state.js')
  const params = { w: tf.tensor1d([1, 2]) }
  const { steps, firstMoment, norm, waiting } = look(params)
  expect([steps, flat(firstMoment), norm.dataSync()[0], waiting]).toEqual([0, { w: [0, 0] }, 0, 0])
  expect(steadier(params).hyperparameters).toEqual({ learningRate: 0.001, b1: 0.95 })
  expect(log.mock.calls).toEqual([[0.001]])
  log.mockRestore()
})

test('a model trains, is saved with its optimizer, and loaded', async () => {
  const { losses, iterations, again } = await import('../../docs/examples/model.js')
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2)
  expect(iterations).toBe(40)
  expect(again.optimizer.getClassName()).toBe('Plastax')
})

test('training goes on from bytes and from a file as if it had not stopped', async () => {
  const { resumed, straight, refused, throughAFile } = await import('../../docs/examples/checkpoint.js')
  const folder = mkdtempSync(join(tmpdir(), 'plastax-'))
  const fromFile = await throughAFile(join(folder, 'run.safetensors'))()
  rmSync(folder, { recursive: true })
  const expected = flat(straight().params)
  for (const found of [resumed, fromFile]) expect(E.isRight(found) && flat(found.right.params)).toEqual(expected)
  expect(E.isLeft(refused) && refused.left[0]).toMatch(/cut short/)
})

test('a training run has a schedule, diagnostics, its best checkpoint, and goes on from there', async () => {
  const { run, again, alphaMeans } = await import('../../docs/examples/training.js')
  const figures = run.epochs.map(({ trainLoss, testLoss, testAccuracy }) => [trainLoss, testLoss, testAccuracy])
  expect(again.epochs.map(({ trainLoss, testLoss, testAccuracy }) => [trainLoss, testLoss, testAccuracy])).toEqual(
    figures,
  )
  expect(run.epochs.at(-1)?.trainLoss).toBeLessThan(0.8 * (run.epochs[0]?.trainLoss ?? 0))
  for (const mean of alphaMeans) expect(mean).toBeCloseTo(1, 0)
})

test('explain and modulationBounds say what the README shows', async () => {
  const { rule, published, repaired } = await import('../../docs/examples/understand.js')
  expect(read('README.md')).toContain(rule.trim())
  expect(published).toMatchObject({ bounds: [expect.closeTo(-1.6, 9), expect.closeTo(3.8, 9)] })
  expect(repaired).toMatchObject({ bounds: [expect.closeTo(0.2, 9), expect.closeTo(2, 9)] })
})

test('NeuroPlastic by hand is neuroPlastic, bit for bit', () => {
  const shapes = { 'dense/kernel': [30, 20], 'dense/bias': [20] }
  const random = (seed: number) =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [name, tf.randomNormal(shape, 0, 1, 'float32', seed + i)]),
    )
  const run = (transform: GradientTransform<unknown>) => {
    const optimizer = compile(transform)
    const params = random(1)
    let training = { params, state: optimizer.init(params) }
    for (const epoch of [1, 2, 3, 4]) training = optimizer.step(training, random(10 * epoch), { epoch })
    return flat(training.params)
  }
  expect(run(neuroPlasticByHand)).toEqual(run(neuroPlastic({ learningRate: 0.1, plasticity: { warmupEpochs: 2 } })))
})

/** Blocks of a document that name a file: `<!-- docs/examples/x.ts -->` and the code below it. */
const quotations = (document: string) =>
  [...read(document).matchAll(/<!-- (\S+\.ts) -->\n```ts\n([\s\S]*?)```/g)].map(([, file = '', code = '']) => ({
    file,
    code,
  }))

const documents = [
  'README.md',
  ...readdirSync(new URL('docs', root))
    .filter(f => f.endsWith('.md'))
    .map(f => `docs/${f}`),
]

describe('code in the documents', () => {
  test('is there', () => {
    expect(quotations('README.md').length).toBeGreaterThanOrEqual(2)
  })

  test.each(documents.flatMap(document => quotations(document).map(q => [document, q.file, q.code] as const)))(
    '%s quotes %s word for word',
    (_, file, code) => {
      expect(read(file)).toContain(code)
    },
  )
})

describe('links in the documents', () => {
  test.each(documents)('%s names files that are there', document => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link]) => link as string)
    expect(links.filter(link => !existsSync(new URL(link, new URL(document, root))))).toEqual([])
  })
})
