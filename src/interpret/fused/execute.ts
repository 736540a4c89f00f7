/** Running a program on the heap of the wasm backend. */
import type * as tf from '@tensorflow/tfjs'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { addressOf, allocate, isSoleOwner, touch, views } from '../../wasm/heap.js'
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
  const inPlace: tf.Tensor[] = []
  const results = resolved.roots.map((root, i) => {
    const known = inputOf(root) ?? made.get(root)
    if (known !== undefined) return known
    const old = donated[i]
    const reused = old !== undefined && plan.overwrites[i] && isSoleOwner(old) ? old : undefined
    if (reused !== undefined) inPlace.push(reused)
    const result = reused ?? allocate(node(root).shape)
    made.set(root, result)
    return result
  })
  const words = classes.reduce((sum, c) => sum + c.words * c.members.length, 0)
  const padded = (n: number) => Math.ceil(n / 4) * 4
  const kept = [...temporaries].map(id => [id, padded(node(id).shape.reduce((a, b) => a * b, 1))] as const)
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
    const found = addressOf((inputOf(id) ?? made.get(id)) as tf.Tensor)
    addresses.set(id, found)
    return found
  }

  const { floats, words: heap } = views()
  const cells = new Map<NodeId, number>()
  const cell = (id: NodeId): number => {
    const known = cells.get(id)
    if (known !== undefined) return known
    const input = inputOf(id)
    const reduced = reductions.get(id)
    const value =
      input !== undefined
        ? (floats[addressOf(input) >>> 2] as number)
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

  let word = base >>> 2
  for (const { members, words: stride } of classes)
    for (const { size, slots } of members) {
      heap[word] = 4 * size
      for (let i = 0; i < slots.length; i++) heap[word + 1 + i] = address(slots[i] as NodeId)
      word += stride
    }

  const starts = [0, ...plan.barriers]
  starts.forEach((start, segment) => {
    const before = starts[segment - 1]
    fill(level => (before === undefined ? level === 0 : level > before && level <= start))
    let descriptor = base
    for (const { segments, members, words: stride } of classes) {
      segments[segment]?.(descriptor, members.length)
      descriptor += 4 * stride * members.length
    }
  })

  resolved.roots.forEach((root, i) => {
    if (plan.isCell(root) && inputOf(root) === undefined) floats[addressOf(results[i] as tf.Tensor) >>> 2] = cell(root)
  })
  scratch.dispose()
  inPlace.forEach(touch)
  return results
}
