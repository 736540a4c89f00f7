/** Training as bytes: read by a reader of the published format that shares no code with ours, and by ours. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { adam, decodeState, encodeState, type GradientTransform, neuroPlastic, scale, sgd } from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { crc32, readSafetensors } from '../support/safetensors.js'

beforeAll(() => useBackend('cpu'))

const paramsOf = (): P.Tensors => ({
  'dense/kernel': tf.tensor2d([1, -2, 0.5, 3, -1, 0.1], [3, 2]),
  'dense/bias': tf.tensor1d([0.25, Number.NaN]),
  scalar: tf.scalar(-0),
  none: tf.zeros([0, 3]),
})

const stepped = <S>(transform: GradientTransform<S>): P.Training<S> => {
  const optimizer = P.compile(transform)
  const params = paramsOf()
  return optimizer.step({ params, state: optimizer.init(params) }, paramsOf(), { epoch: 1 })
}

const right = <T>(result: E.Either<readonly string[], T>): T => {
  if (E.isLeft(result)) throw new Error(result.left.join('\n'))
  return result.right
}

const errorsOf = (result: E.Either<readonly string[], unknown>): readonly string[] =>
  E.isLeft(result) ? result.left : ['nothing is wrong']

describe('what is written', () => {
  test('any reader of the format finds, under the paths', () => {
    const { params, state } = stepped(adam())
    const { tensors, metadata } = readSafetensors(encodeState(adam(), { params, state }))
    expect([...tensors.keys()]).toEqual([
      'state/decay/count',
      'state/moments/count',
      'state/step/count',
      ...['dense/kernel', 'dense/bias', 'scalar', 'none'].map(leaf => `params/${leaf}`),
      ...['dense/kernel', 'dense/bias', 'scalar', 'none'].map(leaf => `state/moments/mu/${leaf}`),
      ...['dense/kernel', 'dense/bias', 'scalar', 'none'].map(leaf => `state/moments/nu/${leaf}`),
    ])
    expect(tensors.get('state/moments/count')).toMatchObject({ dtype: 'F64', shape: [], values: [1] })
    for (const leaf of ['dense/kernel', 'dense/bias', 'scalar', 'none']) {
      const written = tensors.get(`state/moments/mu/${leaf}`)
      const x = state.moments.mu[leaf] as tf.Tensor
      expect(written).toMatchObject({ dtype: 'F32', shape: x.shape, values: Array.from(x.dataSync()) })
    }
    expect(metadata).toMatchObject({ plastax: '1', optimizer: 'adam' })
    expect(metadata.structure).toMatch(/^params\['dense\/kernel'\] \[3,2\]; .*state\.moments\.count number/)
  })

  test('is aligned, contiguous and complete', () => {
    const bytes = encodeState(neuroPlastic(), stepped(neuroPlastic()))
    const { tensors, start } = readSafetensors(bytes)
    expect(start % 8).toBe(0)
    let end = 0
    for (const { dtype, data_offsets: offsets, shape, values } of tensors.values()) {
      const width = dtype === 'F64' ? 8 : 4
      expect(offsets[0]).toBe(end)
      expect(offsets[0] % width).toBe(0)
      expect(values.length).toBe(shape.reduce((a, b) => a * b, 1))
      end = offsets[1]
    }
    expect(start + end).toBe(bytes.length)
  })

  test('has a checksum that other implementations of CRC-32 agree with', () => {
    const bytes = encodeState(sgd(), stepped(sgd()))
    const { metadata } = readSafetensors(bytes)
    const at = new TextDecoder('latin1').decode(bytes).indexOf(metadata.crc32)
    const zeroed = bytes.slice().fill(0x30, at, at + 8)
    expect(metadata.crc32).toBe(crc32(zeroed))
  })

  test('comes back bit for bit, and writes the same file again', () => {
    for (const transform of [
      adam(),
      sgd({ momentum: 0.9 }),
      neuroPlastic(),
      scale(2),
    ] as GradientTransform<unknown>[]) {
      const bytes = encodeState(transform, stepped(transform))
      expect(encodeState(transform, right(decodeState(transform, bytes)))).toEqual(bytes)
      // At an odd place of a larger buffer, as a Node Buffer may be.
      const shifted = Buffer.concat([Buffer.from([1, 2, 3]), bytes]).subarray(3)
      expect(encodeState(transform, right(decodeState(transform, shifted)))).toEqual(bytes)
    }
  })

  test('layer order is kept, and numbers past 2^24 are exact', () => {
    const state = { ...stepped(sgd()).state, step: { count: 2 ** 40 + 1 } }
    const params = { z: tf.scalar(1), a: tf.scalar(2), 'a/b': tf.scalar(3) }
    const momentum = P.compile(sgd()).init(params)
    const again = right(
      decodeState(sgd(), encodeState(sgd(), { params, state: { ...momentum, ...{ step: state.step } } })),
    )
    expect(Object.keys(again.params)).toEqual(['z', 'a', 'a/b'])
    expect(again.state.step.count).toBe(2 ** 40 + 1)
  })

  test('a condition is float32, of four bytes, whatever the backend holds it in', () => {
    const rule = P.monitor({ large: updates => P.globalNorm(updates).less(1).where(0, 1).greater(0) })
    const training = stepped(rule)
    expect(training.state.large.dataSync()).toEqual(Float32Array.of(1))
    const bytes = encodeState(rule, training)
    expect(encodeState(rule, right(decodeState(rule, bytes)))).toEqual(bytes)
  })

  test('paths that would have one name have two', () => {
    const part = P.namedChain({ b: P.trace(0.9) })
    const transform = P.namedChain({ 'a/b': P.namedChain({ trace: P.trace(0.9) }), a: part })
    const optimizer = P.compile(transform)
    const params = { 'trace/x': tf.scalar(1), x: tf.scalar(2) }
    const training = optimizer.step(
      { params, state: optimizer.init(params) },
      { 'trace/x': tf.scalar(3), x: tf.scalar(4) },
    )
    const bytes = encodeState(transform, training)
    expect([...readSafetensors(bytes).tensors.keys()].filter(name => name.includes('~'))).not.toEqual([])
    expect(encodeState(transform, right(decodeState(transform, bytes)))).toEqual(bytes)
  })

  test('what is not a state of the transform is refused', () => {
    const training = stepped(adam())
    expect(() => encodeState(sgd({ momentum: 0.9 }), training as never)).toThrow(/^state.* is undefined, where/)
    const { mu } = training.state.moments
    const of = (more: object) => ({
      ...training,
      state: { ...training.state, moments: { ...training.state.moments, ...more } },
    })
    expect(() => encodeState(adam(), of({ count: tf.scalar(1) }) as never)).toThrow(
      'state.moments.count is a tensor float32 [], where a number was expected',
    )
    expect(() => encodeState(adam(), of({ mu: { ...mu, scalar: tf.zeros([2]) } }) as never)).toThrow(
      'state.moments.mu.scalar is a tensor float32 [2], where a float32 tensor of shape [] was expected',
    )
    const gone = tf.scalar(0)
    gone.dispose()
    expect(() => encodeState(adam(), of({ mu: { ...mu, scalar: gone } }) as never)).toThrow(/is a disposed tensor/)
  })
})

describe('what is of another structure is refused, with both named', () => {
  const bytes = () => encodeState(adam(), stepped(adam()))

  test.each<readonly [string, GradientTransform<unknown>, RegExp]>([
    ['another optimizer', sgd({ momentum: 0.9 }), /is of optimizer 'adam', and this one is 'sgd'/],
    [
      'the same structure under another name',
      { ...adam(), config: { optimizer: 'eve' } },
      /'adam', and this one is 'eve'/,
    ],
    [
      'other parts',
      P.chain(P.scaleByAdam()),
      /it holds .*state\.moments\.mu.*, where this transform needs .*state\[0\]\.mu/,
    ],
  ])('%s', (_, transform, message) => {
    const written = bytes()
    const before = tf.memory().numTensors
    expect(errorsOf(decodeState(transform, written)).join('\n')).toMatch(message)
    expect(tf.memory().numTensors).toBe(before)
  })

  test('other parameters', () => {
    const { scalar: _, ...fewer } = paramsOf()
    const reordered = Object.fromEntries(Object.entries(paramsOf()).toReversed())
    const reshaped = { ...paramsOf(), 'dense/bias': tf.zeros([3]) }
    for (const like of [fewer, reordered, reshaped])
      expect(errorsOf(decodeState(adam(), bytes(), like))[0]).toMatch(/^the checkpoint has another structure: it holds/)
    expect(Object.keys(right(decodeState(adam(), bytes(), paramsOf())).params)).toEqual(Object.keys(paramsOf()))
  })

  test('another learning rate is not another structure', () => {
    expect(E.isRight(decodeState(adam({ learningRate: 1 }), bytes()))).toBe(true)
  })

  test('a transform that refuses such parameters', () => {
    const picky = { ...adam(), init: () => { throw new RangeError('matrices only') } } // biome-ignore format: short
    expect(errorsOf(decodeState(picky as never, bytes()))).toEqual(['the checkpoint cannot be read: matrices only'])
  })
})
