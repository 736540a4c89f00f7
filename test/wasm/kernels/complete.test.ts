import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { trainingKernels, useWasm } from '../../../src/wasm/index.js'
import { documentOf, elsewhere } from './document.js'
import { families } from './families.js'
import { caseOf, type Row, valueAndGradients } from './row.js'

beforeAll(() => useWasm())

const rows = families.flatMap(({ rows }) => rows)

/** The kernels that the first cases of a row run. */
const kernelsOf = async (row: Row): Promise<ReadonlySet<string>> => {
  const { kernelNames } = await tf.profile(() => {
    for (let i = 0; i < 12; i++) {
      const { drawn, weights } = caseOf(row, i)
      tf.dispose([...valueAndGradients(drawn, weights, row.gradient ?? true)])
    }
    return []
  })
  return new Set(kernelNames)
}

describe('the table of kernels', () => {
  it('has a row for each operation once', () => {
    expect(new Set(rows.map(({ op }) => op)).size).toBe(rows.length)
  })

  it.each(rows)('$op runs the kernels that its row names', async row => {
    const run = await kernelsOf(row)
    expect(row.kernels.filter(kernel => !run.has(kernel))).toEqual([])
  })

  it('names each kernel that has a gradient in TensorFlow.js, and each training kernel', () => {
    const named = new Set(rows.flatMap(({ kernels }) => kernels))
    const differentiable = tf
      .getKernelsForBackend('cpu')
      .map(({ kernelName }) => kernelName)
      .filter(name => tf.getGradient(name) !== undefined)
    const ours = trainingKernels.map(({ kernelName }) => kernelName)
    const known = new Set([...named, ...Object.keys(elsewhere.kernels)])
    expect([...differentiable, ...ours].filter(name => !known.has(name))).toEqual([])
  })

  it('names each layer of TensorFlow.js', () => {
    const named = new Set([...rows.flatMap(({ layers = [] }) => layers), ...Object.keys(elsewhere.layers)])
    expect(Object.keys(tf.layers).filter(name => !named.has(name))).toEqual([])
  })

  it('is what docs/kernels.md prints; vitest -u writes it', async () => {
    await expect(documentOf(families)).toMatchFileSnapshot('../../../docs/kernels.md')
  })
})
