/** Tensors written and read in place, on the wasm backend and where there is only a copy. */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readerOf, written } from '../../src/wasm/direct.js'
import { useWasm } from '../../src/wasm/index.js'

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })

describe.each(['wasm', 'cpu'])('on %s', backend => {
  beforeAll(async () => {
    await useWasm()
    if (backend !== 'wasm') await tf.setBackend(backend)
  })

  it('a tensor has the values that were written, and its reader gives them again', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.float({ noNaN: true }), async (shape, first) => {
        const before = tf.memory().numTensors
        const x = written(shape, values => {
          for (let i = 0; i < values.length; i++) values[i] = first + i
        })
        const expected = Float32Array.from({ length: x.size }, (_, i) => first + i)
        expect(x.shape).toEqual(shape)
        expect(x.dtype).toBe('float32')
        expect(x.dataSync()).toEqual(expected)
        const valuesOf = await readerOf([x])
        expect(Float32Array.from(valuesOf(x))).toEqual(expected)
        x.dispose()
        expect(tf.memory().numTensors).toBe(before)
      }),
    )
  })

  it('counts among the tensors of a tidy', () => {
    const before = tf.memory().numTensors
    const y = tf.tidy(() =>
      tf.add(
        written([2], values => values.fill(1)),
        1,
      ),
    )
    expect([...y.dataSync()]).toEqual([2, 2])
    y.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('leaves nothing behind where the writer throws', () => {
    const before = tf.memory()
    expect(() =>
      written([1000], () => {
        throw new RangeError('no such image')
      }),
    ).toThrow('no such image')
    expect(tf.memory().numTensors).toBe(before.numTensors)
    expect(tf.memory().numBytes).toBe(before.numBytes)
  })
})
