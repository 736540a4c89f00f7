import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  decodePublishedConfig,
  loadPublishedData,
  missingRoot,
  modelOf,
  syntheticMnist,
} from '../../src/published/index.js'
import { batch } from '../data/sets.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-published-'))
})
afterAll(() => rm(folder, { recursive: true }))

const runOf = (experiment: object) => {
  const decoded = decodePublishedConfig({ experiment })
  if (E.isLeft(decoded)) throw new Error(decoded.left.join('\n'))
  return decoded.right.run
}
const load = (experiment: object, data?: string) => loadPublishedData(runOf(experiment), data)()
const missing = (experiment: object) => missingRoot(runOf(experiment))()
const remedyOf = (result: Awaited<ReturnType<typeof load>>): string =>
  E.isLeft(result) ? `${result.left.file}: ${result.left.problem}; ${result.left.remedy}` : 'loaded'

test('synthetic_mnist: noise of unit variance, labels of all classes, by the seed', () => {
  const { train, test } = syntheticMnist(1)
  expect([train.count, test.count, train.images.length]).toEqual([1024, 256, 1024 * 784])
  const pixels = train.images as Float32Array
  const mean = pixels.reduce((sum, x) => sum + x, 0) / pixels.length
  const square = pixels.reduce((sum, x) => sum + x * x, 0) / pixels.length
  // Five standard errors, of 800,000 draws.
  expect(Math.abs(mean)).toBeLessThan(0.006)
  expect(Math.abs(square - 1)).toBeLessThan(0.008)
  expect(new Set(train.labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
  const again = syntheticMnist(1).train
  expect(Buffer.compare(Buffer.from(again.images.buffer), Buffer.from(train.images.buffer))).toBe(0)
  expect(again.labels).toEqual(train.labels)
  expect(syntheticMnist(2).train.labels).not.toEqual(train.labels)
  expect(test.images.subarray(0, 784)).not.toEqual(train.images.subarray(0, 784))
})

test('models are those of their runner', () => {
  for (const name of ['mnist', 'fashionmnist', 'synthetic_mnist'] as const)
    expect(modelOf(name)).toMatchObject({
      model: { name: 'mlp 784-256-256-10' },
      augmentation: { pad: 0, flip: false },
    })
  expect(modelOf('cifar10')).toMatchObject({
    model: { name: 'small CNN 32-64-128-256' },
    augmentation: { pad: 4, flip: true },
  })
})

test('a folder of data_root where it has the set; --data goes before it', async () => {
  const experiment = { dataset: 'fashionmnist', data_root: folder }
  expect(missing(experiment)).toEqual([
    expect.stringMatching(/data_root '.*' has no FashionMNIST.raw; .* usual places/),
  ])
  await mkdir(join(folder, 'FashionMNIST'))
  await symlink(resolve('src/data/images/fashion-mnist'), join(folder, 'FashionMNIST', 'raw'))
  expect(missing(experiment)).toEqual([])
  expect(await load(experiment)).toMatchObject({
    right: { source: join(folder, 'FashionMNIST', 'raw'), train: { count: 6000 } },
  })
  expect(missing({ dataset: 'fashionmnist' })).toEqual([])
  expect(missing({ dataset: 'synthetic_mnist', data_root: 'absent' })).toEqual([])

  const shipped = await load({ dataset: 'fashionmnist', data_root: folder }, 'shipped')
  expect(shipped).toMatchObject({ right: { source: 'shipped', train: { count: 6000 } } })
  // An IDX folder is one for MNIST too.
  const asMnist = await load({ dataset: 'mnist' }, 'src/data/images/fashion-mnist')
  expect(asMnist).toMatchObject({
    right: { name: 'mnist', source: 'src/data/images/fashion-mnist', train: { count: 6000 } },
  })
})

test('CIFAR-10 is normalized by their constants', async () => {
  const record = [3, ...Array<number>(3072).fill(128)]
  for (const name of [1, 2, 3, 4, 5].map(i => `data_batch_${i}`).concat('test_batch'))
    await writeFile(join(folder, `${name}.bin`), Uint8Array.from(record))
  const loaded = await load({ dataset: 'cifar10' }, folder)
  if (E.isLeft(loaded)) throw new Error(remedyOf(loaded))
  for (const set of [loaded.right.train, loaded.right.test]) {
    const pixel = batch(set, Uint32Array.of(0)).images.subarray(0, 3)
    const expected = [0.491, 0.482, 0.447].map((mean, c) => (128 / 255 - mean) / ([0.247, 0.243, 0.262][c] as number))
    expected.forEach((value, c) => {
      expect(pixel[c]).toBeCloseTo(value, 5)
    })
  }
})

test('what cannot be had', async () => {
  expect(remedyOf(await load({ dataset: 'mnist' }, 'shipped'))).toMatch(/only Fashion-MNIST ships/)
  expect(remedyOf(await load({ dataset: 'synthetic_mnist' }, 'full'))).toMatch(/is made, not loaded/)
  expect(remedyOf(await load({ dataset: 'cifar10' }, join(folder, 'absent')))).toMatch(/absent: is not there/)
})

test('indices of a subset, in their order', async () => {
  const file = join(folder, 'indices.json')
  const experiment = { dataset: 'fashionmnist', train_subset_indices_path: file }
  await writeFile(file, '[5, 0, 5999]')
  const [whole, part] = [await load({ dataset: 'fashionmnist' }, 'shipped'), await load(experiment, 'shipped')]
  if (E.isLeft(whole) || E.isLeft(part)) throw new Error('not loaded')
  expect(part.right.train.count).toBe(3)
  expect(part.right.test.count).toBe(10_000)
  expect([...part.right.train.labels]).toEqual([5, 0, 5999].map(i => whole.right.train.labels[i]))

  for (const [text, message] of [
    ['[1, 6000]', /indices.json: has 6000 at 1, which is no integer in \[0, 5999\]; name a JSON file/],
    ['[1, "2"]', /has "2" at 1/],
    ['[1, 1]', /has an index twice/],
    ['[]', /is empty/],
    ['{', /is not a JSON list/],
    ['{}', /is not a JSON list/],
  ] as const) {
    await writeFile(file, text)
    expect(remedyOf(await load(experiment, 'shipped'))).toMatch(message)
  }
  await rm(file)
  expect(remedyOf(await load(experiment, 'shipped'))).toMatch(/indices.json: is not there/)
})
