/** What moves elements, and adds nothing but where they meet again in the gradient. */
import * as tf from '@tensorflow/tfjs'
import { at, atBroadcast, type Draw, type Field, generate } from '../field.js'
import type { Geometry, Row } from '../row.js'

/** A shape of some axes, now and then with an axis of one element. */
const drawShape = (draw: Draw, least: number, most: number): number[] =>
  Array.from({ length: draw.int(least, most) }, () => draw.pick([1, 2, 3, 4, 5]))

type Of = (x: tf.Tensor) => tf.Tensor

/** A case of one input in which each element of the result is one of the input, or a constant. */
const moved = (x: Field, compute: Of, reference: (x: Field) => Field, says: unknown): Geometry => ({
  inputs: [x],
  compute: x => compute(x!),
  reference: x => reference(x!),
  says,
})

const drawPads = (draw: Draw, shape: readonly number[], most = 2): [number, number][] =>
  shape.map(() => [draw.int(0, most), draw.int(0, most)])

const widened = (shape: readonly number[], pads: readonly (readonly [number, number])[]): number[] =>
  shape.map((n, axis) => n + pads[axis]![0] + pads[axis]![1])

const indices = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values], 'int32')

const rows: readonly (Omit<Row, 'geometry'> & { readonly geometry: (draw: Draw) => Geometry })[] = [
  {
    op: 'transpose',
    kernels: ['Transpose'],
    layers: ['permute'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 5))
      const perm = draw.permutation(x.shape.length)
      const shape = perm.map(axis => x.shape[axis]!)
      const back = (index: readonly number[]) => x.shape.map((_, axis) => index[perm.indexOf(axis)]!)
      return moved(
        x,
        x => tf.transpose(x, [...perm]),
        x => generate(shape, index => at(x, back(index))),
        { shape: x.shape, perm },
      )
    },
  },
  {
    op: 'reshape, expandDims, squeeze, clone',
    kernels: ['Reshape', 'ExpandDims', 'Identity'],
    layers: ['reshape', 'flatten'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 4))
      const shape = [x.values.length, 1]
      return moved(
        x,
        x => tf.expandDims(tf.squeeze(tf.clone(x)).reshape([x.size]), 1),
        x => ({ ...x, shape }),
        x.shape,
      )
    },
  },
  {
    op: 'slice',
    kernels: ['Slice', 'PadV2'],
    layers: ['cropping2D'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 4))
      const begin = x.shape.map(n => draw.int(0, n - 1))
      const size = x.shape.map((n, axis) => draw.int(1, n - begin[axis]!))
      return moved(
        x,
        x => tf.slice(x, begin, size),
        x =>
          generate(size, index =>
            at(
              x,
              index.map((i, axis) => i + begin[axis]!),
            ),
          ),
        { shape: x.shape, begin, size },
      )
    },
  },
  {
    op: 'stridedSlice',
    kernels: ['StridedSlice'],
    gradient: false,
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 3))
      const strides = x.shape.map(() => draw.int(1, 3))
      const begin = x.shape.map(n => draw.int(0, n - 1))
      const size = x.shape.map((n, axis) => Math.ceil((n - begin[axis]!) / strides[axis]!))
      return moved(
        x,
        y => tf.stridedSlice(y, begin, [...x.shape], strides),
        x =>
          generate(size, index =>
            at(
              x,
              index.map((i, axis) => begin[axis]! + i * strides[axis]!),
            ),
          ),
        { shape: x.shape, begin, strides },
      )
    },
  },
  {
    op: 'pad',
    kernels: ['PadV2', 'Slice'],
    layers: ['zeroPadding2d'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 4))
      const pads = drawPads(draw, x.shape)
      const inside = (index: readonly number[]) => index.map((i, axis) => i - pads[axis]![0])
      return moved(
        x,
        x => tf.pad(x, pads, 0.5),
        x =>
          generate(widened(x.shape, pads), index => {
            const from = inside(index)
            return from.every((i, axis) => i >= 0 && i < x.shape[axis]!) ? at(x, from) : 0.5
          }),
        { shape: x.shape, pads },
      )
    },
  },
  {
    op: 'mirrorPad',
    special:
      'the gradient of TensorFlow.js, on every backend, leaves out what the padding repeats; `useWasm` puts another in its place',
    specialGradient: false,
    kernels: ['MirrorPad'],
    geometry: draw => {
      const x = draw.field(Array.from({ length: draw.int(1, 3) }, () => draw.int(2, 4)))
      const mode = draw.pick(['reflect', 'symmetric'] as const)
      const pads = drawPads(draw, x.shape, 1)
      const edge = mode === 'reflect' ? 0 : 1
      const mirrored = (i: number, n: number): number => (i < 0 ? -i - edge : i >= n ? 2 * (n - 1) - i + edge : i)
      return moved(
        x,
        x => tf.mirrorPad(x, pads, mode),
        x =>
          generate(widened(x.shape, pads), index =>
            at(
              x,
              index.map((i, axis) => mirrored(i - pads[axis]![0], x.shape[axis]!)),
            ),
          ),
        { shape: x.shape, pads, mode },
      )
    },
  },
  {
    op: 'tile',
    kernels: ['Tile'],
    layers: ['repeatVector'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 4))
      const reps = x.shape.map(() => draw.int(1, 3))
      const shape = x.shape.map((n, axis) => n * reps[axis]!)
      return moved(
        x,
        x => tf.tile(x, reps),
        x =>
          generate(shape, index =>
            at(
              x,
              index.map((i, axis) => i % x.shape[axis]!),
            ),
          ),
        { shape: x.shape, reps },
      )
    },
  },
  {
    op: 'broadcastTo',
    kernels: ['Tile', 'Sum'],
    geometry: draw => {
      const shape = drawShape(draw, 1, 4)
      const x = draw.field(shape.map(n => (draw.int(0, 1) === 0 ? 1 : n)).slice(draw.int(0, shape.length - 1)))
      return moved(
        x,
        x => tf.broadcastTo(x, shape as [number]),
        x => generate(shape, index => atBroadcast(x, index)),
        { from: x.shape, shape },
      )
    },
  },
  {
    op: 'reverse',
    kernels: ['Reverse'],
    layers: ['bidirectional'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 4))
      const axes = x.shape.map((_, axis) => axis).filter(() => draw.int(0, 1) === 1)
      return moved(
        x,
        x => tf.reverse(x, axes),
        x =>
          generate(x.shape, index =>
            at(
              x,
              index.map((i, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - i : i)),
            ),
          ),
        { shape: x.shape, axes },
      )
    },
  },
  {
    op: 'gather',
    kernels: ['GatherV2', 'UnsortedSegmentSum'],
    layers: ['embedding'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 3))
      const axis = draw.int(0, x.shape.length - 1)
      const rows = Array.from({ length: draw.int(1, 6) }, () => draw.int(0, x.shape[axis]! - 1))
      const shape = x.shape.map((n, k) => (k === axis ? rows.length : n))
      return moved(
        x,
        x => tf.gather(x, indices(rows), axis),
        x =>
          generate(shape, index =>
            at(
              x,
              index.map((i, k) => (k === axis ? rows[i]! : i)),
            ),
          ),
        { shape: x.shape, axis, rows },
      )
    },
  },
  {
    op: 'unsortedSegmentSum',
    kernels: ['UnsortedSegmentSum', 'GatherV2'],
    special: 'NaN keeps to its segment',
    cpu: 'NaN in all segments',
    specials: [-7],
    geometry: draw => {
      const x = draw.field([draw.int(1, 7), ...drawShape(draw, 0, 2)])
      const segments = draw.int(1, 4)
      const ids = Array.from({ length: x.shape[0]! }, () => draw.int(0, segments - 1))
      return moved(
        x,
        x => tf.unsortedSegmentSum(x, indices(ids), segments),
        x =>
          generate([segments, ...x.shape.slice(1)], ([segment, ...rest]) =>
            ids.reduce((sum, id, i) => sum + (id === segment ? at(x, [i, ...rest]) : 0), 0),
          ),
        { shape: x.shape, ids, segments },
      )
    },
  },
  {
    op: 'oneHot',
    kernels: ['OneHot'],
    gradient: false,
    ordinary: [0],
    geometry: draw => {
      const ids = Array.from({ length: draw.int(1, 6) }, () => draw.int(-1, 4))
      return moved(
        { shape: [ids.length], values: Float64Array.from(ids) },
        x => tf.oneHot(x.toInt(), 4, 2, -1).toFloat(),
        x => generate([ids.length, 4], ([i, k]) => (x.values[i!] === k ? 2 : -1)),
        ids,
      )
    },
  },
  {
    op: 'unstack',
    special:
      'the gradient of TensorFlow.js, on every backend, fails for a single part; `useWasm` puts another in its place',
    specialGradient: false,
    kernels: ['Unpack', 'Pack'],
    geometry: draw => {
      const x = draw.field(drawShape(draw, 1, 4))
      const axis = draw.int(0, x.shape.length - 1)
      const [which, shape] = [draw.int(0, x.shape[axis]! - 1), x.shape.filter((_, k) => k !== axis)]
      return moved(
        x,
        x => tf.unstack(x, axis)[which]!,
        x => generate(shape, index => at(x, [...index.slice(0, axis), which, ...index.slice(axis)])),
        { shape: x.shape, axis, which },
      )
    },
  },
  {
    op: 'split',
    special:
      'the gradient of TensorFlow.js, on every backend, fails for a single part; `useWasm` puts another in its place',
    specialGradient: false,
    kernels: ['SplitV', 'Concat'],
    geometry: draw => {
      const sizes = Array.from({ length: draw.int(1, 3) }, () => draw.int(1, 3))
      const axis = draw.int(0, 1)
      const x = draw.field([3, 3, 2].map((n, k) => (k === axis ? sizes.reduce((sum, size) => sum + size, 0) : n)))
      const which = draw.int(0, sizes.length - 1)
      const start = sizes.slice(0, which).reduce((sum, size) => sum + size, 0)
      const shape = x.shape.map((n, k) => (k === axis ? sizes[which]! : n))
      return moved(
        x,
        x => tf.split(x, sizes, axis)[which]!,
        x =>
          generate(shape, index =>
            at(
              x,
              index.map((i, k) => (k === axis ? i + start : i)),
            ),
          ),
        { sizes, axis, which },
      )
    },
  },
  {
    op: 'concat',
    kernels: ['Concat', 'SplitV'],
    layers: ['concatenate'],
    geometry: draw => {
      const shape = drawShape(draw, 1, 3)
      const axis = draw.int(0, shape.length - 1)
      const sizes = Array.from({ length: draw.int(1, 3) }, () => draw.int(1, 3))
      const sized = (size: number) => shape.map((n, k) => (k === axis ? size : n))
      return {
        inputs: sizes.map(size => draw.field(sized(size))),
        compute: (...xs) => tf.concat([...xs], axis),
        reference: (...xs) => {
          const ends = sizes.map((_, k) => sizes.slice(0, k + 1).reduce((sum, size) => sum + size, 0))
          return generate(sized(ends.at(-1)!), index => {
            const part = ends.findIndex(end => index[axis]! < end)
            return at(
              xs[part]!,
              index.map((i, k) => (k === axis ? i - ends[part]! + sizes[part]! : i)),
            )
          })
        },
        says: { shape, axis, sizes },
      }
    },
  },
  {
    op: 'stack',
    kernels: ['Pack', 'Unpack'],
    geometry: draw => {
      const shape = drawShape(draw, 0, 3)
      const [count, axis] = [draw.int(1, 3), draw.int(0, shape.length)]
      return {
        inputs: Array.from({ length: count }, () => draw.field(shape)),
        compute: (...xs) => tf.stack([...xs], axis),
        reference: (...xs) =>
          generate([...shape.slice(0, axis), count, ...shape.slice(axis)], index =>
            at(xs[index[axis]!]!, [...index.slice(0, axis), ...index.slice(axis + 1)]),
          ),
        says: { shape, axis, count },
      }
    },
  },
  {
    op: 'spaceToBatchND',
    kernels: ['SpaceToBatchND', 'BatchToSpaceND'],
    geometry: draw => {
      const block = [draw.int(1, 3), draw.int(1, 2)]
      const pads: [number, number][] = [
        [draw.int(0, 1), 0],
        [0, draw.int(0, 1)],
      ]
      const sides = block.map((b, k) => b * draw.int(1, 2) + b * 2 - pads[k]![0] - pads[k]![1])
      const x = draw.field([draw.int(1, 2), ...sides, 2])
      const cells = sides.map((side, k) => (side + pads[k]![0] + pads[k]![1]) / block[k]!)
      const batch = x.shape[0]!
      return moved(
        x,
        x => tf.spaceToBatchND(x, block, pads),
        x =>
          generate([batch * block[0]! * block[1]!, ...cells, 2], ([b, i, j, c]) => {
            const place = Math.floor(b! / batch)
            const row = i! * block[0]! + Math.floor(place / block[1]!) - pads[0]![0]
            const column = j! * block[1]! + (place % block[1]!) - pads[1]![0]
            return row >= 0 && row < sides[0]! && column >= 0 && column < sides[1]!
              ? at(x, [b! % batch, row, column, c!])
              : 0
          }),
        { block, pads, sides },
      )
    },
  },
  {
    op: 'batchToSpaceND',
    kernels: ['BatchToSpaceND', 'SpaceToBatchND'],
    geometry: draw => {
      const [block, batch] = [[draw.int(1, 2), draw.int(1, 3)], draw.int(1, 2)]
      const crops: [number, number][] = [
        [draw.int(0, 1), 0],
        [0, draw.int(0, 1)],
      ]
      const x = draw.field([batch * block[0]! * block[1]!, draw.int(2, 3), draw.int(2, 3), 2])
      const sides = block.map((b, k) => x.shape[k + 1]! * b - crops[k]![0] - crops[k]![1])
      return moved(
        x,
        x => tf.batchToSpaceND(x, block, crops),
        x =>
          generate([batch, ...sides, 2], ([b, i, j, c]) => {
            const [row, column] = [i! + crops[0]![0], j! + crops[1]![0]]
            const place = (row % block[0]!) * block[1]! + (column % block[1]!)
            return at(x, [place * batch + b!, Math.floor(row / block[0]!), Math.floor(column / block[1]!), c!])
          }),
        { block, crops, shape: x.shape },
      )
    },
  },
  {
    op: 'depthToSpace',
    kernels: ['DepthToSpace'],
    gradient: false,
    geometry: draw => {
      const [block, channels] = [draw.int(2, 3), draw.int(1, 2)]
      const x = draw.field([draw.int(1, 2), draw.int(1, 3), draw.int(1, 3), channels * block * block])
      const shape = [x.shape[0]!, x.shape[1]! * block, x.shape[2]! * block, channels]
      return moved(
        x,
        x => tf.depthToSpace(x as tf.Tensor4D, block),
        x =>
          generate(shape, ([b, i, j, c]) =>
            at(x, [
              b!,
              Math.floor(i! / block),
              Math.floor(j! / block),
              ((i! % block) * block + (j! % block)) * channels + c!,
            ]),
          ),
        { block, shape: x.shape },
      )
    },
  },
]

export const movements: readonly Row[] = rows
