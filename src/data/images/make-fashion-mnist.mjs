// Makes the data that Plastax ships: a fixed tenth of the training images of Fashion-MNIST, 600 of each class, and all test
// images. Needs only Node and `npm install`:
//
//   node src/data/images/make-fashion-mnist.mjs /usr/share/datasets/fashion-mnist            writes fashion-mnist beside it
//   node src/data/images/make-fashion-mnist.mjs /usr/share/datasets/fashion-mnist --check    compares with what is there
//
// Run again, it writes the same bytes. The images picked are those of
// `balancedSubset(0.1, 2017)` in src/data/subset.ts (a test says so), in the order of the full set.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

const SEED = 2017
const CLASSES = 10
const PER_CLASS = 600
const IMAGE_BYTES = 28 * 28
const IMAGES_HEADER = 16
const LABELS_HEADER = 8

const TARGET = fileURLToPath(new URL('fashion-mnist', import.meta.url))

const read = (folder, name) => {
  const file = [`${name}.gz`, name].map(each => join(folder, each)).find(existsSync)
  if (file === undefined) throw new Error(`${folder} has neither ${name}.gz nor ${name}`)
  const bytes = readFileSync(file)
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

const pick = labels => {
  const random = xoroshiro128plus(SEED)
  random.jump()
  const picked = Array.from({ length: CLASSES }, (_, label) => {
    const members = [...labels.keys()].filter(i => labels[i] === label)
    for (let i = members.length - 1; i > 0; i--) {
      const j = uniformInt(random, 0, i)
      const swap = members[i]
      members[i] = members[j]
      members[j] = swap
    }
    return members.slice(0, PER_CLASS)
  })
  return picked.flat().sort((a, b) => a - b)
}

const withCount = (header, count) => {
  const copy = Buffer.from(header)
  copy.writeUInt32BE(count, 4)
  return copy
}

const subset = (images, labels, indices) => [
  Buffer.concat([
    withCount(images.subarray(0, IMAGES_HEADER), indices.length),
    ...indices.map(i => images.subarray(IMAGES_HEADER + i * IMAGE_BYTES, IMAGES_HEADER + (i + 1) * IMAGE_BYTES)),
  ]),
  Buffer.concat([
    withCount(labels.subarray(0, LABELS_HEADER), indices.length),
    Buffer.from(indices.map(i => labels[LABELS_HEADER + i])),
  ]),
]

const compress = content => {
  const bytes = gzipSync(content, { level: 9 })
  // The byte that names the operating system: "unknown", so that each one writes the same file.
  bytes[9] = 255
  return bytes
}

const make = source => {
  const labels = read(source, 'train-labels-idx1-ubyte')
  const indices = pick(labels.subarray(LABELS_HEADER))
  const [trainImages, trainLabels] = subset(read(source, 'train-images-idx3-ubyte'), labels, indices)
  return {
    'train-images-idx3-ubyte': trainImages,
    'train-labels-idx1-ubyte': trainLabels,
    't10k-images-idx3-ubyte': read(source, 't10k-images-idx3-ubyte'),
    't10k-labels-idx1-ubyte': read(source, 't10k-labels-idx1-ubyte'),
  }
}

const [source, option] = process.argv.slice(2)
if (source === undefined || (option !== undefined && option !== '--check')) {
  console.error('usage: node src/data/images/make-fashion-mnist.mjs FOLDER_OF_FASHION_MNIST [--check]')
  process.exit(2)
}
const contents = Object.entries(make(source))
if (option === '--check') {
  const different = contents.filter(([name, content]) => !content.equals(read(TARGET, name))).map(([name]) => name)
  console.log(different.length === 0 ? `${TARGET} is up to date` : `not up to date: ${different.join(', ')}`)
  process.exitCode = different.length === 0 ? 0 : 1
} else {
  for (const [name, content] of contents) writeFileSync(join(TARGET, `${name}.gz`), compress(content))
  const sum = content => createHash('sha256').update(content).digest('hex')
  writeFileSync(join(TARGET, 'SHA256SUMS'), contents.map(([name, content]) => `${sum(content)}  ${name}\n`).join(''))
  console.log(`wrote ${contents.length} files to ${TARGET}`)
}
