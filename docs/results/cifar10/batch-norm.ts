/**
 * Whether running statistics are right: a trained ResNet-18 on the same batches in training mode, by the statistics of each batch,
 * and in evaluation mode, by the running ones. `npx tsx docs/results/cifar10/batch-norm.ts RUN-FOLDER`
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { batch, loadDataSet } from '../../../src/data/index.js'
import { resnet18 } from '../../../src/models/index.js'
import { unpack } from '../../../src/runtime/codec/safetensors.js'
import { scoreLogits } from '../../../src/train/index.js'
import { useWasm } from '../../../src/wasm/index.js'

const [BATCHES, SIZE] = [8, 128]

await useWasm()
const model = resnet18({ width: 16 })
const file = unpack(readFileSync(join(process.argv[2] ?? '', 'checkpoint.bin')))
const data = await loadDataSet('cifar10')()
if (E.isLeft(file) || E.isLeft(data)) throw new Error('the folder has no checkpoint.bin, or CIFAR-10 is not there')
const saved = new Map(
  file.right.entries.map(({ name, shape, data }) => [name, tf.tensor(data as Float32Array, [...shape])]),
)
const { params, stats } = model.init(0)
const read = (tree: object) =>
  Object.fromEntries(Object.keys(tree).map(name => [name, saved.get(`params/${name}`) as tf.Tensor]))
const variables = { params: read(params), stats: read(stats) }

const rows = Array.from({ length: BATCHES }, (_, i) => {
  const indices = Uint32Array.from({ length: SIZE }, (_, j) => i * SIZE + j)
  const { images, labels } = batch(data.right.test, indices)
  const x = tf.tensor(images, [SIZE, ...model.inputShape])
  const logitsOf = (at?: { seed: number; epoch: number; step: number }) => model.apply(variables, x, at).logits
  const [trained, evaluated] = [logitsOf({ seed: 0, epoch: 1, step: 1 }), logitsOf()]
  const gap = tf.mean(tf.abs(tf.sub(tf.softmax(trained), tf.softmax(evaluated)))).dataSync()[0]
  const agree = tf.mean(tf.cast(tf.equal(tf.argMax(trained, 1), tf.argMax(evaluated, 1)), 'float32')).dataSync()[0]
  const [a, b] = [trained, evaluated].map(logits => scoreLogits(logits.dataSync(), labels, 10))
  return {
    gap,
    agree,
    trainingLoss: (a?.loss ?? 0) / SIZE,
    evaluationLoss: (b?.loss ?? 0) / SIZE,
    correct: [a?.correct, b?.correct],
  }
})
console.table(rows)
