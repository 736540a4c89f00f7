/** Running a program on the heap of the wasm backend. */
import * as tf from '@tensorflow/tfjs'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { sizeOf } from '../../expr/shape.js'
import { addressOf, allocate, isSoleOwner, touch, views } from '../../wasm/heap.js'
import { applyNode } from '../tfjs/apply.js'
import type { Value } from '../tfjs/evaluate.js'
import { cellValue } from './hostCells.js'
import type { Program } from './program.js'

/**
 * The tensors that a program's roots stand for.
 *
 * @param inputs by name
 * @param number the host numbers of this run
 * @param donated for each root, the input whose bytes it may overwrite, if the caller gave it away
 */
export const execute = (
  { plan, classes, externals, reductions }: Program,
  inputs: ReadonlyMap<string, Value>,
  number: (id: NodeId) => number,
  donated: readonly (tf.Tensor | undefined)[],
): readonly tf.Tensor[] => {
  const { graph, resolved, temporaries } = plan
  const node = (id: NodeId) => graph.tensors[id] as TensorNode
  const inputOf = (id: NodeId): tf.Tensor | undefined => {
    const { operation } = node(id)
    return operation.op === 'input' ? (inputs.get(operation.name) as tf.Tensor) : undefined
  }

  // Results first: an allocation may move the heap's views.
  const made = new Map<NodeId, tf.Tensor>()
  const given = (id: NodeId): tf.Tensor | undefined => inputOf(id) ?? made.get(id)
  const inPlace: tf.Tensor[] = []
  resolved.roots.forEach((root, i) => {
    if (given(root) !== undefined || plan.foreign.includes(root)) return
    const old = donated[i]
    const reused = old !== undefined && plan.overwrites[i] && isSoleOwner(old) ? old : undefined
    if (reused !== undefined) inPlace.push(reused)
    made.set(root, reused ?? allocate(node(root).shape))
  })
  for (const id of plan.handed) if (!made.has(id)) made.set(id, allocate(node(id).shape))
  const words = classes.reduce((sum, c) => sum + c.words * c.members.length, 0)
  const padded = (n: number) => Math.ceil(n / 4) * 4
  const kept = [...temporaries].map(id => [id, padded(sizeOf(node(id).shape))] as const)
  const scratch = allocate([padded(words) + kept.reduce((sum, [, size]) => sum + size, 0)])

  const base = addressOf(scratch)
  const addresses = new Map<NodeId, number>()
  let free = base + 4 * padded(words)
  for (const [id, size] of kept) {
    addresses.set(id, free)
    free += 4 * size
  }
  const address = (id: NodeId): number => {
    const known = addresses.get(id)
    if (known !== undefined) return known
    const tensor = given(id)
    if (tensor === undefined) return 0 // of a foreign node that is still to come
    const found = addressOf(tensor)
    addresses.set(id, found)
    return found
  }

  let { floats, words: heap } = views()
  const cells = new Map<NodeId, number>()
  const cell = (id: NodeId): number => {
    const known = cells.get(id)
    if (known !== undefined) return known
    const tensor = plan.foreign.includes(id) ? made.get(id) : inputOf(id)
    const reduced = reductions.get(id)
    const value =
      tensor !== undefined
        ? (floats[addressOf(tensor) >>> 2] as number)
        : reduced !== undefined
          ? (floats[(base >>> 2) + reduced] as number)
          : cellValue(node(id), (resolved.operands.get(id) ?? []).map(cell), node(id).scalars.map(number))
    cells.set(id, value)
    return value
  }

  const known = externals.map(() => Number.NaN)
  const fill = (wanted: (level: number) => boolean) => {
    externals.forEach(({ from, id }, i) => {
      if (from === 'cell' ? wanted(plan.level(id)) : wanted(0))
        known[i] = from === 'cell' ? cell(id) : from === 'number' ? number(id) : 1 - number(id)
    })
    let word = base >>> 2
    for (const { members, words: stride } of classes)
      for (const { places, slots } of members) {
        for (let i = 0; i < places.length; i++)
          floats[word + 1 + slots.length + i] = known[places[i] as number] as number
        word += stride
      }
  }

  const writeAddresses = () => {
    let word = base >>> 2
    for (const { members, words: stride } of classes)
      for (const { size, slots } of members) {
        heap[word] = 4 * size
        for (let i = 0; i < slots.length; i++) heap[word + 1 + i] = address(slots[i] as NodeId)
        word += stride
      }
  }

  /** Computes what tfjs has to compute before a segment. */
  const runForeign = (due: (level: number) => boolean) => {
    for (const id of plan.foreign.filter(candidate => due(plan.level(candidate)))) {
      const args = resolved.operands.get(id) ?? []
      const tensors = args.map(arg => given(arg) ?? tf.scalar(cell(arg)).cast(node(arg).dtype))
      made.set(id, applyNode(node(id), tensors, node(id).scalars.map(number), false))
      // tfjs may have made the heap grow.
      const now = views()
      floats = now.floats
      heap = now.words
    }
  }

  const starts = [0, ...plan.barriers]
  starts.forEach((start, segment) => {
    const before = starts[segment - 1]
    const due = (level: number) => (before === undefined ? level === 0 : level > before && level <= start)
    runForeign(due)
    if (segment === 0 || plan.foreign.length > 0) writeAddresses()
    fill(due)
    let descriptor = base
    for (const { segments, members, words: stride } of classes) {
      segments[segment]?.(descriptor, members.length)
      descriptor += 4 * stride * members.length
    }
  })

  const results = resolved.roots.map(root => given(root) as tf.Tensor)
  resolved.roots.forEach((root, i) => {
    if (plan.isCell(root) && inputOf(root) === undefined && !plan.foreign.includes(root))
      floats[addressOf(results[i] as tf.Tensor) >>> 2] = cell(root)
  })
  scratch.dispose()
  for (const [id, tensor] of made) if (!resolved.roots.includes(id)) tensor.dispose()
  inPlace.forEach(touch)
  return results
}
