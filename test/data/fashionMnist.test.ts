import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/data/checksums.js'
import { findFiles } from '../../src/data/files.js'
import { FILES, SHIPPED } from '../../src/data/idxSets.js'
import {
  findFullFashionMnist,
  type ImageSet,
  type LoadOptions,
  loadFashionMnist,
  showDataError,
  usualPlaces,
} from '../../src/data/index.js'
import { idxBytes, NAMES, smallSet, writeSet } from './files.js'

const SHIPPED_FOLDER = fileURLToPath(new URL('../../src/data/images/fashion-mnist', import.meta.url))
const NO_FULL_SET = 'the full Fashion-MNIST is not installed: apt-get install dataset-fashion-mnist'

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'plastax-data-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const load = async (options?: LoadOptions) => {
  const result = await loadFashionMnist(options)()
  if (E.isLeft(result)) throw new Error(showDataError(result.left))
  return result.right
}
const faultOf = async (options: LoadOptions): Promise<string> => {
  const result = await loadFashionMnist(options)()
  if (E.isRight(result)) throw new Error('loaded')
  return showDataError(result.left)
}
const perClass = ({ labels }: ImageSet): number[] =>
  Array.from({ length: 10 }, (_, label) => labels.filter(each => each === label).length)

describe('the shipped data', () => {
  it('is 600 training images of each class, and the whole test set', async () => {
    const { train, test, source } = await load()
    expect(source).toBe('shipped')
    expect([train.count, test.count]).toEqual([6000, 10000])
    expect([train.images.length, test.images.length]).toEqual([6000 * 784, 10000 * 784])
    expect(perClass(train)).toEqual(new Array(10).fill(600))
    expect(perClass(test)).toEqual(new Array(10).fill(1000))
    expect([train.shape, train.classes]).toEqual([[28, 28, 1], 10])
  })

  it('has the checksums that its SHA256SUMS lists', async () => {
    const listed = await readFile(join(SHIPPED_FOLDER, 'SHA256SUMS'), 'utf8')
    const known = Object.entries(FILES).map(
      ([key, name]) => `${SHIPPED.files[key as keyof typeof FILES].sha256}  ${name}\n`,
    )
    expect(listed).toBe(known.join(''))
  })

  it('is taken in part, from the training images only', async () => {
    const { train, test } = await load({ fraction: 0.05, seed: 3 })
    expect(perClass(train)).toEqual(new Array(10).fill(30))
    expect(test.count).toBe(10000)
    expect(await faultOf({ fraction: 0 })).toMatch(/^fraction: is 0; use a number in \(0, 1\]/)
  })

  it('is what the library picks from the full set, and what its script makes', async ctx => {
    const full = await findFullFashionMnist()()
    if (E.isLeft(full)) return ctx.skip(NO_FULL_SET)
    const shipped = await load()
    const picked = await load({ source: 'full', fraction: 0.1, seed: 2017 })
    expect(picked.source).toBe(full.right)
    expect(sha256(picked.train.images)).toBe(sha256(shipped.train.images))
    expect(sha256(picked.train.labels)).toBe(sha256(shipped.train.labels))
    expect(sha256(picked.test.images)).toBe(sha256(shipped.test.images))
    const script = fileURLToPath(new URL('../../src/data/images/make-fashion-mnist.mjs', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [script, full.right, '--check'])
    expect(stdout).toMatch(/is up to date/)
  })
})

describe('a folder', () => {
  it.each([true, false])('is read with its files gzip-ed: %s', async gzip => {
    const folder = await writeSet(join(scratch, `form-${gzip}`), smallSet(), gzip)
    const { train, test, source } = await load({ source: folder })
    expect([train.count, test.count, source]).toEqual([20, 10, folder])
    expect([...test.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(train.images[300]).toBe(300 % 251)
  })

  it('may mix plain and gzip-ed files', async () => {
    const { trainImages, ...others } = smallSet()
    await writeSet(join(scratch, 'mixed'), { trainImages }, true)
    const folder = await writeSet(join(scratch, 'mixed'), others)
    expect((await load({ source: folder })).train.count).toBe(20)
  })

  it('that is missing, or misses files, is refused with all of them named, and what would be right', async () => {
    expect(await faultOf({ source: '/nowhere/at/all' })).toBe(
      '/nowhere/at/all: is not there; name a folder with the four files train-images-idx3-ubyte, ' +
        'train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each with or without .gz',
    )
    const { trainImages, testLabels } = smallSet()
    const folder = await writeSet(join(scratch, 'half'), { trainImages, testLabels })
    expect(await faultOf({ source: folder })).toMatch(
      /half: has no train-labels-idx1-ubyte, no t10k-images-idx3-ubyte, with or without .gz; name a folder/,
    )
  })

  it.each([
    ['images of another size', { trainImages: idxBytes([20, 32, 32], new Uint8Array(20 * 1024)) }, /20 x 32 x 32, not/],
    ['no images', { testImages: idxBytes([0, 28, 28], new Uint8Array()) }, /t10k-images-idx3-ubyte: has 0 images/],
    ['labels in two dimensions', { testLabels: idxBytes([5, 2], new Uint8Array(10)) }, /has dimensions 5 x 2, not one/],
    ['too few labels', { trainLabels: idxBytes([19], new Uint8Array(19)) }, /has 19 labels for the 20 images of/],
    ['a label too large', { testLabels: idxBytes([10], new Uint8Array(10).fill(10, 4)) }, /has label 10 at 4, outside/],
    ['a truncated file', { testLabels: idxBytes([10], new Uint8Array(9)) }, /t10k-labels.*truncated: 17 bytes/],
  ])('with %s is refused', async (name, change, says) => {
    const folder = await writeSet(join(scratch, name), { ...smallSet(), ...change })
    expect(await faultOf({ source: folder })).toMatch(says)
  })

  it('has all its faults reported', async () => {
    const broken = { ...smallSet(), trainLabels: Uint8Array.of(1, 2, 3, 4), testLabels: new Uint8Array(2) }
    const fault = await faultOf({ source: await writeSet(join(scratch, 'broken'), broken) })
    expect(fault).toMatch(/train-labels-idx1-ubyte: is no IDX file.*t10k-labels-idx1-ubyte: is truncated: 2 bytes/)
  })
})

describe('checksums', () => {
  const testLabels = async (): Promise<Uint8Array> =>
    new Uint8Array(gunzipSync(await readFile(join(SHIPPED_FOLDER, `${NAMES.testLabels}.gz`))))

  const copyWith = async (name: string, labels: Uint8Array): Promise<string> => {
    const folder = join(scratch, name)
    await cp(SHIPPED_FOLDER, folder, { recursive: true, filter: file => !file.includes('t10k-labels') })
    return writeSet(folder, { testLabels: labels })
  }

  it('tell a damaged copy of Fashion-MNIST, unless told not to', async () => {
    const labels = await testLabels()
    labels[500] = (labels[500]! + 1) % 10
    const source = await copyWith('damaged', labels)
    expect(await faultOf({ source })).toMatch(
      /t10k-labels-idx1-ubyte: is damaged: its content has SHA-256 [0-9a-f]{64}, not 0402a96d.*; replace it/,
    )
    expect((await load({ source, verify: false })).test.labels[492]).toBe(labels[500])
  })

  it('let pass a set of the same sizes in which no file is of Fashion-MNIST, such as MNIST', async () => {
    const { trainImages, trainLabels } = smallSet()
    const source = await writeSet(join(scratch, 'like-mnist'), {
      trainImages,
      trainLabels,
      testImages: idxBytes([10000, 28, 28], new Uint8Array(7_840_000)),
      testLabels: idxBytes([10000], new Uint8Array(10000).fill(3)),
    })
    expect((await load({ source })).test.count).toBe(10000)
  })

  it('let pass the shipped data in a folder of its own', async () => {
    const source = await copyWith('intact', await testLabels())
    expect((await load({ source })).train.count).toBe(6000)
  })
})

describe('the full set', () => {
  it('is looked for in the usual places, that of the environment first', () => {
    const places = usualPlaces({ PLASTAX_DATA: '/my/data' })
    expect(places[0]).toBe('/my/data/fashion-mnist')
    expect(places).toEqual(['/my/data/fashion-mnist', ...usualPlaces({})])
    expect(places.at(-1)).toBe('/usr/share/datasets/fashion-mnist')
  })

  it('is not mistaken for the shipped part, and where it is nowhere, the fault says how to get it', async () => {
    const result = await findFullFashionMnist(['/nowhere', SHIPPED_FOLDER])()
    const fault = E.isLeft(result) ? showDataError(result.left) : ''
    expect(fault).toContain(`Fashion-MNIST: the full set is in none of /nowhere, ${SHIPPED_FOLDER}; `)
    expect(fault).toContain('run: apt-get install dataset-fashion-mnist (it installs into /usr/share/datasets')
  })

  it('has 6,000 training images of each class', async ctx => {
    if (E.isLeft(await findFullFashionMnist()())) return ctx.skip(NO_FULL_SET)
    const { train } = await load({ source: 'full' })
    expect(perClass(train)).toEqual(new Array(10).fill(6000))
  })

  it('is found in the first place that has it, and refused where it is damaged there', async ctx => {
    const full = await findFullFashionMnist()()
    if (E.isLeft(full)) return ctx.skip(NO_FULL_SET)
    const folder = await writeSet(join(scratch, 'fashion-mnist'), {
      trainLabels: idxBytes([60000], new Uint8Array(60000)),
    })
    const files = await findFiles(full.right)()
    if (E.isLeft(files)) throw new Error(showDataError(files.left))
    const { trainImages, testImages, testLabels } = files.right
    for (const file of [trainImages, testImages, testLabels]) await symlink(resolve(file), join(folder, basename(file)))
    expect(await findFullFashionMnist(['/nowhere', folder, full.right])()).toEqual(E.right(folder))
    expect(await faultOf({ source: folder })).toMatch(/train-labels-idx1-ubyte: is damaged/)
  })
})
