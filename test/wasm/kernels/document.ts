/** `docs/kernels.md`, from the rows that the tests run. */
import type { families } from './families.js'
import type { Row } from './row.js'

const REFUSED = "refused by name: compute it on another backend, `tf.setBackend('cpu')`"

/** Kernels and layers without a row of their own, each with what becomes of it. */
export const elsewhere: {
  readonly kernels: Readonly<Record<string, string>>
  readonly layers: Readonly<Record<string, string>>
} = {
  kernels: {
    ...Object.fromEntries(['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'].map(name => [name, REFUSED])),
    ...Object.fromEntries(['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'].map(name => [name, REFUSED])),
    ...Object.fromEntries(['StaticRegexReplace', 'Draw'].map(name => [name, REFUSED])),
    OnesLike: 'a constant',
  },
  layers: {
    ...Object.fromEntries(
      ['avgPool1d', 'avgPool2d', 'avgPool3d', 'avgPooling1d', 'avgPooling2d', 'avgPooling3d'].map(name => [
        name,
        'another name of `averagePooling`',
      ]),
    ),
    ...Object.fromEntries(
      ['maxPool1d', 'maxPool2d', 'globalMaxPool1d', 'globalMaxPool2d'].map(name => [
        name,
        'another name of `maxPooling`',
      ]),
    ),
    ...Object.fromEntries(
      ['Layer', 'RNN', 'RNNCell', 'rnn', 'input', 'inputLayer', 'stackedRNNCells', 'timeDistributed'].map(name => [
        name,
        'computes by what it holds',
      ]),
    ),
    ...Object.fromEntries(['simpleRNNCell', 'lstmCell', 'gruCell'].map(name => [name, 'one step of its layer'])),
    ...Object.fromEntries(
      ['alphaDropout', 'gaussianDropout', 'gaussianNoise', 'spatialDropout1d'].map(name => [
        name,
        'a product and a sum with random numbers',
      ]),
    ),
    thresholdedReLU: 'a product with a comparison',
    rescaling: 'a product and a sum',
    ...Object.fromEntries(
      ['resizing', 'randomWidth'].map(name => [name, 'image.resizeBilinear and resizeNearestNeighbor, forward alone']),
    ),
    categoryEncoding: 'bincounts, forward alone; the stock kernel',
    centerCrop: 'slices, forward alone; the stock kernel',
  },
}

const list = (names: readonly string[]): string => names.map(name => `\`${name}\``).join(', ')

const line = ({ op, kernels, layers = [], gradient = true, special, cpu }: Row): string =>
  `| ${[
    `\`${op}\``,
    list(kernels),
    list(layers),
    'right',
    gradient ? 'right' : 'none in TensorFlow.js',
    special ?? 'as on cpu',
    cpu ?? '',
  ].join(' | ')} |`

const grouped = (entries: Readonly<Record<string, string>>): readonly string[] =>
  [...new Set(Object.values(entries))].map(
    what => `- ${list(Object.keys(entries).filter(name => entries[name] === what))}: ${what}.`,
  )

export const documentOf = (all: typeof families): string =>
  `${[
    '# Kernels on wasm',
    '',
    'What `useWasm()` computes, operation by operation. Written from the rows of `test/wasm/kernels`, which `npm test` runs: `npx vitest run test/wasm/kernels -u` writes it anew.',
    '',
    'Each row is run over 200 seeded geometries (axes, strides, dilations, `same`, `valid` and numbers as padding, one channel and several):',
    'the value has to equal a plain float64 forward in loops, and the gradient of a weighted sum its central differences, within 1e-4 of the',
    'largest value (at least of 1). NaN, infinities, -0 and negative numbers are put into each input and have to mean what they mean on the',
    '`cpu` backend, in the value and in the gradient, but where the row says otherwise; what is empty too.',
    '',
    'The last column says where the `cpu` backend of TensorFlow.js, or TensorFlow.js above all backends, is wrong by the definition. Plastax cannot mend the',
    'backend `cpu`; there, use another padding, shape or axis, or wasm. With `useWasm({ trainingKernels: false })` the stock kernels compute, with their faults.',
    ...all.flatMap(({ name, rows }) => [
      '',
      `## ${name[0]!.toUpperCase()}${name.slice(1)}`,
      '',
      '| operation | kernels | layers | value | gradient | special values | on `cpu` |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...rows.map(line),
    ]),
    '',
    '## Kernels without a row',
    '',
    ...grouped(elsewhere.kernels),
    '- The gradients of `conv1d`, `conv2d` and `depthwiseConv2d` with a dilation, of products and extrema whose operands are broadcast, and of `einsum`: TensorFlow.js has none, and says so.',
    '- `conv1d` with a number as padding: TensorFlow.js fails on every backend; use `tf.pad` before it.',
    '',
    '## Layers without a row',
    '',
    ...grouped(elsewhere.layers),
  ].join('\n')}\n`
