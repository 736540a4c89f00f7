/** Running a program on the heap of the wasm backend. */
import * as tf from '@tensorflow/tfjs'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { addressOf, allocate, bytesOf, type TensorBytes, touch, views } from '../../wasm/heap.js'
import { applyNode } from '../tfjs/apply.js'
import type { Value } from '../tfjs/evaluate.js'
import { cellValue } from './hostCells.js'
import type { Made, Program } from './program.js'

/**
 * The tensors that a program's roots stand for.
 *
 * @param inputs in their places
 * @param number the host numbers of this run
 * @param donated for each root, the input whose bytes it may overwrite, if the caller gave it away
 */
export const execute = (
  program: Program,
  inputs: readonly Value[],
  number: (id: NodeId) => number,
  donated: readonly (tf.Tensor | undefined)[],
): readonly tf.Tensor[] => {
  const { plan, classes, externals, made } = program
  const node = (id: NodeId) => plan.graph.tensors[id] as TensorNode

  // Looked up once: an input is often read and overwritten, and to look it up is dear.
  const records: (TensorBytes | undefined)[] = []
  const bytesAt = (index: number): TensorBytes => {
    records[index] ??= bytesOf(inputs[index] as tf.Tensor)
    return records[index]
  }

  // Tensors first: an allocation may move the heap's views.
  const inPlace: boolean[] = []
  const tensors = made.map(({ shape, by, root, over }, i): tf.Tensor | undefined => {
    if (by === 'tfjs') return undefined
    const old = root === undefined || over === undefined ? undefined : donated[root]
    inPlace[i] = old !== undefined && bytesAt(over as number).refCount === 1
    return inPlace[i] ? old : allocate(shape)
  })
  const scratch = allocate([program.scratchWords])
  const base = addressOf(scratch)
  const first = base >>> 2
  let { floats, words } = views()

  const given = (id: NodeId): tf.Tensor | undefined => {
    const input = program.inputs.get(id)
    return input === undefined ? tensors[program.madeAt.get(id) ?? -1] : (inputs[input] as tf.Tensor)
  }
  const cells = new Map<NodeId, number>()
  const cell = (id: NodeId): number => {
    const known = cells.get(id)
    if (known !== undefined) return known
    const tensor = program.inputs.has(id) || plan.foreign.includes(id) ? given(id) : undefined
    const reduced = program.reductions.get(id)
    const value =
      tensor !== undefined
        ? (floats[addressOf(tensor) >>> 2] as number)
        : reduced !== undefined
          ? (floats[first + reduced] as number)
          : cellValue(node(id), (plan.resolved.operands.get(id) ?? []).map(cell), node(id).scalars.map(number))
    cells.set(id, value)
    return value
  }

  const madeAddress = (index: number): number => {
    const tensor = tensors[index]
    // A foreign node that is still to come has no address; nothing reads it before it has.
    if (tensor === undefined) return 0
    return inPlace[index] ? bytesAt((made[index] as Made).over as number).memoryOffset : addressOf(tensor)
  }
  const addresses = new Int32Array(program.vectors.length)
  const numbers = new Float64Array(externals.length)
  /** Writes the descriptors, with what is known before a segment: sizes, addresses and numbers. */
  const describe = (due: (level: number) => boolean): void => {
    program.vectors.forEach((source, i) => {
      addresses[i] =
        source.from === 'scratch'
          ? base + 4 * source.word
          : source.from === 'input'
            ? bytesAt(source.index).memoryOffset
            : madeAddress(source.index)
    })
    externals.forEach(({ from, id, level }, i) => {
      if (due(level)) numbers[i] = from === 'cell' ? cell(id) : from === 'number' ? number(id) : 1 - number(id)
    })
    let word = first
    for (const { members, words: stride } of classes)
      for (const { bytes, vectors, externals: own } of members) {
        words[word] = bytes
        for (let i = 0; i < vectors.length; i++) words[word + 1 + i] = addresses[vectors[i] as number] as number
        const numbersAt = word + 1 + vectors.length
        for (let i = 0; i < own.length; i++) floats[numbersAt + i] = numbers[own[i] as number] as number
        word += stride
      }
  }

  /** Computes what tfjs has to compute before a segment. */
  const runForeign = (due: (level: number) => boolean): void => {
    for (const id of plan.foreign.filter(candidate => due(plan.level(candidate)))) {
      const args = plan.resolved.operands.get(id) ?? []
      tensors[program.madeAt.get(id) as number] = tf.tidy(() => {
        const operands = args.map(
          arg => given(arg) ?? tf.tensor([cell(arg)], [...node(arg).shape]).cast(node(arg).dtype),
        )
        return applyNode(node(id), operands, node(id).scalars.map(number), false)
      })
    }
    // tfjs may have made the heap grow.
    const now = views()
    floats = now.floats
    words = now.words
  }

  const starts = [0, ...plan.barriers]
  for (const [segment, start] of starts.entries()) {
    const before = starts[segment - 1] ?? -1
    const due = (level: number) => level > before && level <= start
    if (plan.foreign.length > 0) runForeign(due)
    describe(due)
    let descriptor = base
    for (const { segments, members, words: stride } of classes) {
      segments[segment]?.(descriptor, members.length)
      descriptor += 4 * stride * members.length
    }
  }

  for (let i = 0; i < made.length; i++)
    if (made[i]?.by === 'host') floats[addressOf(tensors[i] as tf.Tensor) >>> 2] = cell((made[i] as Made).id)
  scratch.dispose()
  for (let i = 0; i < made.length; i++) {
    const { root, over } = made[i] as Made
    if (root === undefined) tensors[i]?.dispose()
    else if (inPlace[i]) touch(bytesAt(over as number), (tensors[i] as tf.Tensor).size)
  }
  return program.roots.map(({ from, index }) => (from === 'input' ? inputs[index] : tensors[index]) as tf.Tensor)
}
