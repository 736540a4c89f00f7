/** Makes data files for the tests of `src/data`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** The bytes of an IDX file. */
export const idxBytes = (dims: readonly number[], data: Uint8Array, type = 0x08): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * dims.length + data.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, type, dims.length])
  dims.forEach((dim, axis) => {
    view.setUint32(4 + 4 * axis, dim)
  })
  bytes.set(data, 4 + 4 * dims.length)
  return bytes
}

export const NAMES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const

export type Files = Record<keyof typeof NAMES, Uint8Array>

const images = (count: number): Uint8Array =>
  idxBytes(
    [count, 28, 28],
    Uint8Array.from({ length: count * 784 }, (_, i) => i % 251),
  )
const labels = (count: number): Uint8Array =>
  idxBytes(
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  )

/** The four files of a small set: 20 training images, 10 test images, classes in turn. */
export const smallSet = (): Files => ({
  trainImages: images(20),
  trainLabels: labels(20),
  testImages: images(10),
  testLabels: labels(10),
})

/** Writes files into a folder, gzip-ed or plain. */
export const writeSet = async (folder: string, files: Partial<Files>, gzip = false): Promise<string> => {
  await mkdir(folder, { recursive: true })
  for (const [key, bytes] of Object.entries(files)) {
    const name = join(folder, NAMES[key as keyof Files])
    await writeFile(gzip ? `${name}.gz` : name, gzip ? gzipSync(bytes) : bytes)
  }
  return folder
}
