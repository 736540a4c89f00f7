/**
 * Whether running statistics are right: a trained ResNet-18 on the same batches in training mode, by the statistics of each batch,
 * and in evaluation mode, by the running ones; as trained, and once these have caught up with weights that are held.
 * `npx tsx docs/results/cifar10/batch-norm.ts RUN-FOLDER`
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { type Examples, labelsAt, loadDataSet, writeBatch } from '../../../src/data/index.js'
import { resnet18, type Variables } from '../../../src/models/index.js'
import { unpack } from '../../../src/runtime/codec/safetensors.js'
import { scoreLogits } from '../../../src/train/index.js'
import { written } from '../../../src/wasm/direct.js'
import { useWasm } from '../../../src/wasm/index.js'

const [BATCHES, SIZE, HELD] = [8, 128, 40]
const at = { seed: 0, epoch: 1, step: 1 }

await useWasm()
const model = resnet18({ width: 16 })
const file = unpack(readFileSync(join(process.argv[2] ?? '', 'checkpoint.bin')))
const data = await loadDataSet('cifar10')()
if (E.isLeft(file) || E.isLeft(data)) throw new Error('the folder has no checkpoint.bin, or CIFAR-10 is not there')
const saved = new Map(
  file.right.entries
    .filter(({ name }) => name.startsWith('params/'))
    .map(({ name, shape, data }) => [name, tf.tensor(data as Float32Array, [...shape])]),
)
const { params, stats } = model.init(0)
const read = (tree: object) =>
  Object.fromEntries(Object.keys(tree).map(name => [name, saved.get(`params/${name}`) as tf.Tensor]))

const batchOf = (set: Examples, i: number) => {
  const indices = Uint32Array.from({ length: SIZE }, (_, j) => i * SIZE + j)
  const x = written([SIZE, ...model.inputShape], images => writeBatch(set, indices, images))
  return { x, labels: labelsAt(set, indices) }
}

/** Means over test batches: loss in either mode, and the part of the images on which both answer alike. */
const agreement = (variables: Variables) => {
  const rows = Array.from({ length: BATCHES }, (_, i) => {
    const { x, labels } = batchOf(data.right.test, i)
    const [a, b] = [at, undefined].map(moment => tf.tidy(() => model.apply(variables, x, moment).logits).dataSync())
    const best = (logits: Float32Array, row: number) => {
      const own = logits.subarray(10 * row, 10 * row + 10)
      return own.indexOf(Math.max(...own))
    }
    const [training, evaluation] = [a as Float32Array, b as Float32Array]
    const alike = labels.filter((_, row) => best(training, row) === best(evaluation, row)).length
    const lossOf = (logits: Float32Array) => scoreLogits(logits, labels, 10).loss / SIZE
    return [lossOf(training), lossOf(evaluation), alike / SIZE]
  })
  return [0, 1, 2].map(k => rows.reduce((sum, row) => sum + (row[k] as number), 0) / BATCHES)
}

let variables = { params: read(params), stats: read(stats) }
const trained = agreement(variables)
for (let i = 0; i < HELD; i++) {
  const { x } = batchOf(data.right.train, i)
  variables = { ...variables, stats: tf.tidy(() => model.apply(variables, x, at).stats) as typeof variables.stats }
}
const [held, names] = [agreement(variables), ['training mode', 'evaluation mode', 'answer alike']]
console.table(Object.fromEntries(names.map((name, k) => [name, { trained: trained[k], held: held[k] }])))
