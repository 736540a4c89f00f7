import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DataSet, dataSetNames, loadDataSet, prepare } from '../../src/data/index.js'
import { writeBinary } from './cifarFiles.js'
import { smallSet, writeSet } from './files.js'
import { faultIn, numbered, perClass, places, right } from './sets.js'

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'plastax-sets-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const train = numbered(Array.from({ length: 400 }, (_, i) => i % 10))
const data: DataSet = {
  name: 'numbers',
  source: 'made',
  inputShape: [2],
  classes: 10,
  train,
  test: numbered([1, 2, 3]),
}

describe('prepare', () => {
  it('without options leaves a set as it is', () => {
    expect(right(prepare()(data))).toEqual(data)
  })

  it('puts aside the same examples with their labels, whatever part and noise; training shares none with them', () => {
    const fractions = fc.double({ min: 0.05, max: 1, noNaN: true })
    const rates = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fractions, rates, fc.boolean(), fc.nat(), (fraction, labelNoise, balanced, seed) => {
        const options = { validation: 0.25, fraction, labelNoise, balanced, seed }
        const set = right(prepare(options)(data))
        expect(set).toEqual(right(prepare(options)(data)))
        expect(set.validation).toEqual(right(prepare({ validation: 0.25, seed })(data)).validation)
        const aside = new Set(places(set.validation ?? train))
        expect(places(set.train).some(place => aside.has(place))).toBe(false)
        expect(set.train.count).toBe(
          balanced ? 10 * Math.max(1, Math.round(fraction * 30)) : Math.round(fraction * 300),
        )
        const truth = set.train.trueLabels ?? set.train.labels
        expect([...truth]).toEqual(places(set.train).map(place => place % 10))
        const wrong = truth.filter((label, i) => set.train.labels[i] !== label)
        expect(wrong.length).toBe(Math.round(labelNoise * set.train.count))
        expect(set.test).toBe(data.test)
      }),
    )
  })

  it.each([
    [{ fraction: 0 }, /^fraction: is 0; /],
    [{ validation: 1 }, /^validation: is 1; /],
    [{ labelNoise: 2 }, /^labelNoise: is 2; /],
    [{ seed: 0.1 }, /^seed: is 0.1; /],
  ])('refuses %j', (options, says) => {
    expect(faultIn(prepare(options)(data))).toMatch(says)
  })
})

describe('loadDataSet', () => {
  it('knows these sets, and lists them where it does not know one', async () => {
    expect(dataSetNames).toEqual(['fashion-mnist', 'mnist', 'cifar10', 'blobs', 'teacher-student'])
    expect(faultIn(await loadDataSet('imagenet')())).toBe(
      "data: is 'imagenet'; use one of fashion-mnist, mnist, cifar10, blobs, teacher-student",
    )
    expect(faultIn(await loadDataSet('constructor')())).toMatch(/^data: is 'constructor'/)
  })

  it('gives the part of Fashion-MNIST that is shipped, and takes parts of it', async () => {
    const set = right(
      await loadDataSet('fashion-mnist', { fraction: 0.1, validation: 0.5, labelNoise: 0.1, seed: 3 })(),
    )
    expect([set.name, set.source, set.inputShape, set.classes]).toEqual(['fashion-mnist', 'shipped', [28, 28, 1], 10])
    expect(perClass({ ...set.train, labels: set.train.trueLabels ?? set.train.labels })).toEqual(new Array(10).fill(30))
    expect([set.validation?.count, set.test.count]).toEqual([3000, 10_000])
  })

  it('loads from a folder what has the form of a set', async () => {
    const mnist = await writeSet(join(scratch, 'mnist'), smallSet())
    const cifar = await writeBinary(join(scratch, 'cifar'))
    expect(right(await loadDataSet('mnist', { source: mnist })())).toMatchObject({ name: 'mnist', source: mnist })
    expect(right(await loadDataSet('cifar10', { source: cifar })())).toMatchObject({ inputShape: [32, 32, 3] })
    expect(faultIn(await loadDataSet('cifar10', { source: mnist })())).toMatch(/has no data_batch_1.bin, no/)
  })

  it.each(['blobs', 'teacher-student'] as const)('makes %s', async name => {
    const set = right(await loadDataSet(name, { labelNoise: 0.2 })())
    expect([set.name, set.source, set.train.count, set.test.count]).toEqual([name, 'made', 2000, 1000])
    const truth = set.train.trueLabels ?? set.train.labels
    expect(set.train.labels.filter((label, i) => label !== truth[i]).length).toBe(400)
  })
})
