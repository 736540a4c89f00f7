/** `UnsortedSegmentSum`, which the stock backend lacks (tensorflow/tfjs issue 8082): the gradient of `gather`, of embeddings. */
import { required, type WasmKernel } from './kernel.js'
import { floats, sizeOf, usingFloats, zeros } from './tensors.js'

/** The rows of each segment, one segment after another, and where each segment ends; ids out of range belong to none. */
const rowsBySegment = (ids: Int32Array, segments: number) => {
  const ends = new Int32Array(segments)
  for (const id of ids) if (id >= 0 && id < segments) ends[id]!++
  for (let i = 1; i < segments; i++) ends[i]! += ends[i - 1]!
  const starts = new Int32Array(segments)
  starts.set(ends.subarray(0, Math.max(0, segments - 1)), Math.min(1, segments))
  const rows = new Int32Array(ends[segments - 1] ?? 0)
  ids.forEach((id, row) => {
    if (id >= 0 && id < segments) rows[starts[id]!++] = row
  })
  return { rows, ends }
}

/**
 * Supplies `UnsortedSegmentSum`: $Y_s = \sum_{i : \mathit{id}_i = s} X_i$; rows whose id is no segment count nowhere.
 *
 * Rows are summed segment by segment in double precision: a word that occurs in each sentence loses nothing. Only the rows
 * of a segment reach it, those that are NaN too, where the `cpu` backend multiplies all rows by 0 or 1.
 *
 * @example
 * tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 0, 1], 'int32'), 2) // [2, 4]
 */
export const unsortedSegmentSum: WasmKernel = ({ inputs, backend, attrs }) => {
  const [x, segmentIds] = [required(inputs, 'x'), required(inputs, 'segmentIds')]
  const segments = attrs?.numSegments as number
  const shape = x.shape.slice(segmentIds.shape.length)
  const size = sizeOf(shape)
  return usingFloats(backend, x, values => {
    const out = zeros(backend, [segments, ...shape])
    const { rows, ends } = rowsBySegment(backend.typedArrayFromHeap(segmentIds) as Int32Array, segments)
    const [source, target] = [floats(backend, values), floats(backend, out)]
    const sums = new Float64Array(size)
    for (let segment = 0, at = 0; segment < segments; segment++) {
      const end = ends[segment]!
      if (at === end) continue
      // Most words occur once.
      if (end - at === 1) {
        const from = rows[at++]! * size
        target.set(source.subarray(from, from + size), segment * size)
        continue
      }
      sums.fill(0)
      for (; at < end; at++) {
        const from = rows[at]! * size
        for (let i = 0; i < size; i++) sums[i]! += source[from + i]!
      }
      target.set(sums, segment * size)
    }
    return out
  })
}
