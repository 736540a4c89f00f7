/** Tensors are neither lost nor overwritten. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { applyUpdates, type Tensors, tree } from '../../src/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, someNonZero } from '../compare.js'
import type { Law, Trial } from '../law.js'
import { firstBroken, play } from '../play.js'
import { mapState, slotsOf, tensorsOf } from '../state.js'
import { fromTensors, type Leaf, toTensors, type Values } from '../values.js'

/** The size of the WASM heap, in bytes; 0 on other backends. */
const heapSize = (): number => {
  const { wasm } = tf.backend() as { readonly wasm?: { readonly HEAPU8?: Uint8Array } }
  return wasm?.HEAPU8?.buffer.byteLength ?? 0
}

const steps = 100

/** What is allocated, without the buffers of tensors that are held: two trees of zeros may begin as one buffer, and part. */
const beyond = (held: readonly tf.Tensor[]) => {
  const { numTensors, numDataBuffers, numBytes } = tf.memory()
  return {
    tensors: numTensors,
    buffers: numDataBuffers - new Set(held.map(({ dataId }) => dataId)).size,
    bytes: numBytes,
  }
}

/**
 * Steps leave no tensor behind: after each, by `update` and by `step`, there are as many as before, and no buffer that none
 * of parameters, state and gradients looks at; and over a hundred the WASM heap stops growing.
 */
export const leakFree: Law = {
  kind: 'law',
  name: 'leak-free',
  statement: '\\mathrm{memory}_{t+1} = \\mathrm{memory}_t',
  trials: arbitraryTrial({ maxElements: 3 }),
  maxRuns: 1,
  check: (subject, { params, gradients }) => {
    const optimizer = subject.compile(subject.transform)
    const start = toTensors(params)
    const grads = gradients.map(toTensors)
    let training = { params: start, state: optimizer.init(start) }
    const measure = () => beyond([...tensorsOf(training.params), ...tensorsOf(training.state), ...tensorsOf(grads)])
    const before = measure()
    const balance = (when: string): string | undefined => {
      const now = measure()
      const [tensors, buffers, bytes] = [
        now.tensors - before.tensors,
        now.buffers - before.buffers,
        now.bytes - before.bytes,
      ]
      return tensors === 0 && buffers === 0 && bytes === 0
        ? undefined
        : `${when} left ${tensors} tensors, ${buffers} buffers, ${bytes} bytes`
    }
    const heaps: number[] = []
    const broken = firstBroken(Array.from({ length: steps }), (_, i) => {
      const gradient = grads[i % grads.length] as Tensors
      if (i < 5) {
        const [updates, state] = optimizer.update(gradient, training.state, training.params, subject.context(i))
        tf.dispose([updates, ...tensorsOf(state)])
        const found = balance('update')
        if (found !== undefined) return found
      }
      training = optimizer.step(training, gradient, subject.context(i))
      heaps.push(heapSize())
      return balance('step')
    })
    const grown = (heaps.at(-1) ?? 0) - (heaps[Math.floor(steps / 2)] ?? 0)
    return { broken: broken ?? (grown > 0 ? { message: `the heap grew by ${grown} bytes in 50 steps` } : undefined) }
  },
}

type SharingTrial = Trial & { readonly sharing: number }

/**
 * Tensors that share a buffer with what `step` consumes (a clone, a reshape, the tensor of a `tf.variable`, a gradient of
 * two leaves) keep their values, and the result is the same as without sharing. A `tf.Variable` is assigned, not disposed.
 */
export const sharedBuffers: Law<SharingTrial> = {
  kind: 'law',
  name: 'shared buffers keep their values',
  statement: '\\mathrm{buffer}(x) = \\mathrm{buffer}(p_i) \\implies \\mathrm{step} \\text{ leaves } x',
  trials: fc
    .tuple(arbitraryTrial({ maxSteps: 3 }), fc.nat({ max: 2 }))
    .map(([trial, sharing]) => ({ ...trial, sharing })),
  check: (subject, { params, gradients, sharing }) => {
    const played = play(subject, { params, gradients })
    const optimizer = subject.compile(subject.transform)
    const held = toTensors(params)
    // Each leaf in another way, and each trial beginning with another.
    const share = [
      (x: tf.Tensor): tf.Tensor => x.clone(),
      (x: tf.Tensor): tf.Tensor => x.reshape([x.size]).reshape(x.shape),
      (x: tf.Tensor): tf.Tensor => tf.variable(x),
    ]
    const shared = Object.entries(held).map(
      ([name, x], i) => [name, (share[(i + sharing) % share.length] as (x: tf.Tensor) => tf.Tensor)(x)] as const,
    )
    const variables = shared.flatMap(([, x]) => (x instanceof tf.Variable ? [x] : []))
    let training = { params: Object.fromEntries(shared) as Tensors, state: optimizer.init(held) }
    try {
      const broken = firstBroken(gradients, (gradient, i) => {
        const given = toTensors(gradient)
        const grads = tree.map((g: tf.Tensor) => g.clone())(given)
        const state = training.state
        const heldState = mapState(value => (typeof value === 'number' ? value : value.clone()), state)
        const stateBefore = slotsOf(heldState)
        const heldParams = tree.map((p: tf.Tensor) => p.clone())(training.params)
        const paramsBefore = fromTensors(heldParams)
        training = optimizer.step(training, grads, subject.context(i))
        return (
          firstDifference('what shares a buffer with params', fromTensors(held), params) ??
          firstDifference('what shares a buffer with params', fromTensors(heldParams), paramsBefore) ??
          firstDifference('what shares a buffer with grads', fromTensors(given), gradient) ??
          firstDifference('grads', fromTensors(grads), gradient) ??
          (JSON.stringify(slotsOf(heldState)) === JSON.stringify(stateBefore)
            ? undefined
            : 'what shares a buffer with the state changed') ??
          firstDifference('params', fromTensors(training.params), played[i]?.params ?? {}) ??
          (variables.every(v => !v.isDisposed && Object.values(training.params).includes(v))
            ? undefined
            : 'a variable among the parameters was not assigned')
        )
      })
      return { broken, interesting: someNonZero(gradients) }
    } finally {
      for (const variable of variables) variable.dispose()
    }
  },
}

/** The two gradients of a sum are one buffer: `step` on them is `step` on copies. */
export const sharedGradients: Law = {
  kind: 'law',
  name: 'gradients of a sum share their buffer',
  statement: 'g_a = g_b = \\partial f(a + b)',
  trials: arbitraryTrial({ minLeaves: 1, maxLeaves: 1, maxSteps: 3 }).map(({ params, gradients }) => {
    const twice = (values: Values): Values =>
      Object.fromEntries(Object.values(values).flatMap((leaf: Leaf) => [['a', leaf] as const, ['b', leaf] as const]))
    return { params: twice(params), gradients: gradients.map(twice) }
  }),
  check: (subject, { params, gradients }) => {
    const expected = play(subject, { params, gradients })
    const optimizer = subject.compile(subject.transform)
    const a = toTensors(params).a as tf.Tensor
    const start: Tensors = { a, b: a.clone() }
    let now = { params: start, state: optimizer.init(start) }
    const broken = firstBroken(gradients, (gradient, i) => {
      const g = toTensors(gradient).a as tf.Tensor
      const grads = { a: g, b: g.clone() }
      const [updates] = optimizer.update(grads, now.state, now.params, subject.context(i))
      const moved = fromTensors(applyUpdates(now.params, updates))
      now = optimizer.step(now, grads, subject.context(i))
      return (
        firstDifference('params', moved, expected[i]?.params ?? {}) ??
        firstDifference('params', fromTensors(now.params), expected[i]?.params ?? {}) ??
        firstDifference('grads', fromTensors(grads), gradient)
      )
    })
    return { broken, interesting: someNonZero(gradients) }
  },
}
