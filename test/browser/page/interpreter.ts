/** The fused interpreter in a browser: that it runs, its numbers, and a memory that grows under it. */
import * as tf from '@tensorflow/tfjs'
import { largest, stateDifference } from '../../../laws/compare.js'
import { slotsOf, tensorsOf } from '../../../laws/state.js'
import { adam, compile, type GradientTransform, neuroPlastic, scaleByAdam, type Tensors } from '../../../src/index.js'
import { memory } from '../../../src/wasm/heap.js'
import { type Check, unlike } from './checks.js'

// One element, sizes that are no multiple of a vector's four lanes, and none at all.
const shapes: Readonly<Record<string, readonly number[]>> = {
  'dense/kernel': [33, 17],
  'dense/bias': [17],
  conv: [3, 3, 2, 5],
  gain: [],
  empty: [0],
}

const random = (seed: number): Tensors =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      tf.randomNormal([...shape], 0, 1, 'float32', 100 * seed + i + 1),
    ]),
  )

/** Parameters, state and updates after some steps. */
const trained = (transform: GradientTransform<unknown>, interpreter: 'fused' | 'tfjs') => {
  const optimizer = compile(transform, { interpreter })
  const params = random(0)
  let training = { params, state: optimizer.init(params) }
  for (let step = 1; step <= 5; step++) {
    const grads = random(step)
    training = optimizer.step(training, grads, { epoch: step, totalEpochs: 5 })
    tf.dispose(grads)
  }
  const grads = random(6)
  const [updates, next] = optimizer.update(grads, training.state, training.params, { epoch: 5, totalEpochs: 5 })
  const slots = slotsOf({ training, updates, next })
  tf.dispose(tensorsOf({ training, grads, updates, next }) as tf.Tensor[])
  return slots
}

const agreement = (name: string, transform: GradientTransform<unknown>): Check => ({
  name: `the fused interpreter agrees with the tfjs interpreter on ${name}`,
  run: () =>
    stateDifference(
      trained(transform, 'fused'),
      trained(transform, 'tfjs'),
      ({ value }) => 1e-5 * (typeof value === 'number' ? 0 : largest(value.values)),
    ),
})

const pages = (): number => memory().buffer.byteLength / 2 ** 16

/** The results of an update are new: sooner or later it is an update that makes the memory grow. */
const survivesGrowth = (): string | undefined => {
  const optimizer = compile(scaleByAdam())
  const size = 2 ** 18 + 1
  const params = { w: tf.ones([size]) }
  const grads = { w: tf.fill([size], 2) }
  const state = optimizer.init(params)
  const before = pages()
  const kept: tf.Tensor[] = []
  const wrong: number[] = []
  // To four times its size, for it grows by parts: what is right after the first time may be stale after the next.
  while (pages() < 4 * before && wrong.length === 0) {
    const [updates, next] = optimizer.update(grads, state, params)
    const w = updates.w as tf.Tensor
    wrong.push(...[w.min().dataSync()[0], w.max().dataSync()[0]].map(Number).filter(x => Math.abs(x - 1) > 1e-5))
    kept.push(w, ...tensorsOf(next))
  }
  tf.dispose([...kept, ...Object.values(params), ...Object.values(grads), ...tensorsOf(state)])
  return wrong.length === 0 ? undefined : `an update is ${wrong[0]} at ${pages()} pages, where 1 was expected`
}

const interpreterOf = (transform: GradientTransform<unknown>): string => {
  const params = random(0)
  const plan = compile(transform).plan(params, { epoch: 1, totalEpochs: 5 })
  tf.dispose(params)
  return plan.interpreter
}

export const interpreterChecks: readonly Check[] = [
  ...(
    [
      ['neuroPlastic()', neuroPlastic()],
      ['adam()', adam()],
    ] as const
  ).flatMap(([name, transform]: readonly [string, GradientTransform<unknown>]) => [
    { name: `${name} is fused`, run: () => unlike('the interpreter', interpreterOf(transform), 'fused') },
    agreement(name, transform),
  ]),
  { name: 'a memory that grows during an update is survived', run: survivesGrowth },
]
