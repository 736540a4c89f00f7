/** Running a program on the heap of the wasm backend. */
import * as tf from '@tensorflow/tfjs'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { addressOf, allocate, bytesReader, giveBack, type TensorBytes, take, touch, views } from '../../wasm/heap.js'
import { applyNode } from '../tfjs/apply.js'
import type { Value } from '../tfjs/evaluate.js'
import { cellValue } from './hostCells.js'
import type { Made, Program } from './program.js'

/**
 * The tensors that a program's roots stand for.
 *
 * What is done here for each leaf is loops over flat tables: between two steps the caches have seen megabytes of other data, so
 * that every object and every function on the way is dear.
 *
 * @param inputs in their places
 * @param number the host numbers of this run
 * @param donated in their places, the inputs whose bytes may be overwritten
 */
export const execute = (
  program: Program,
  inputs: readonly Value[],
  number: (id: NodeId) => number,
  donated: readonly (tf.Tensor | undefined)[],
): readonly tf.Tensor[] => {
  const { plan, made, firstMade, placeOf } = program
  const node = (id: NodeId) => plan.graph.tensors[id] as TensorNode

  const addresses = new Int32Array(firstMade + made.length + program.temporaries.length)
  const records: TensorBytes[] = []
  const bytesOf = bytesReader()
  for (const place of program.read) {
    const bytes = bytesOf(inputs[place] as tf.Tensor)
    records[place] = bytes
    addresses[place] = bytes.memoryOffset
  }

  const tensors = inputs.slice() as (tf.Tensor | undefined)[] // numbers are not looked at
  const changed: TensorBytes[] = []
  const sizes: number[] = []
  for (const { shape, size, by, over } of made) {
    const old = over === undefined ? undefined : donated[over]
    const bytes = old && records[over as number]
    if (bytes?.refCount === 1) {
      addresses[tensors.length] = bytes.memoryOffset
      tensors.push(old)
      changed.push(bytes)
      sizes.push(size)
    } else if (by === 'tfjs') tensors.push(undefined)
    else {
      const tensor = allocate(shape)
      addresses[tensors.length] = addressOf(tensor)
      tensors.push(tensor)
    }
  }
  const scratch = take(4 * program.scratchWords)
  const first = scratch >>> 2
  for (const [i, word] of program.temporaries.entries()) addresses[firstMade + made.length + i] = scratch + 4 * word
  // Allocations are over, until tfjs makes some: they may move the heap's views.
  let { floats, words } = views()

  const cells = new Map<NodeId, number>()
  const cell = (id: NodeId): number => {
    const known = cells.get(id)
    if (known !== undefined) return known
    const place = placeOf.get(id)
    const given = place !== undefined && (place < firstMade || made[place - firstMade]?.by === 'tfjs')
    const reduced = program.reductions.get(id)
    const value = given
      ? (floats[(addresses[place] as number) >>> 2] as number)
      : reduced !== undefined
        ? (floats[first + reduced] as number)
        : cellValue(node(id), (plan.resolved.operands.get(id) ?? []).map(cell), node(id).scalars.map(number))
    cells.set(id, value)
    return value
  }

  /** Writes into the descriptors what is known before a segment: addresses and numbers. */
  const numbers = new Float32Array(program.externals.length)
  const describe = (due: (level: number) => boolean): void => {
    const { externals, slots, externalWords } = program
    for (let i = 0; i < externals.length; i++) {
      const { from, id, level } = externals[i] as (typeof externals)[number]
      if (due(level)) numbers[i] = from === 'cell' ? cell(id) : from === 'number' ? number(id) : 1 - number(id)
    }
    for (let i = 0; i < slots.words.length; i++)
      words[first + (slots.words[i] as number)] = addresses[slots.sources[i] as number] as number
    for (let i = 0; i < externalWords.words.length; i++)
      floats[first + (externalWords.words[i] as number)] = numbers[externalWords.sources[i] as number] as number
  }

  /** Computes what tfjs has to compute before a segment. */
  const runForeign = (due: (level: number) => boolean): void => {
    for (const id of plan.foreign.filter(candidate => due(plan.level(candidate)))) {
      const args = plan.resolved.operands.get(id) ?? []
      const result = tf.tidy(() => {
        const operands = args.map(
          arg => tensors[placeOf.get(arg) ?? -1] ?? tf.tensor([cell(arg)], [...node(arg).shape]).cast(node(arg).dtype),
        )
        return applyNode(node(id), operands, node(id).scalars.map(number), false)
      })
      const place = placeOf.get(id) as number
      tensors[place] = result
      addresses[place] = addressOf(result)
    }
    // tfjs may have made the heap grow.
    const now = views()
    floats = now.floats
    words = now.words
  }

  try {
    words.set(program.descriptors, first)
    for (let segment = 0; segment <= plan.barriers.length; segment++) {
      const before = segment < 2 ? segment - 1 : (plan.barriers[segment - 2] as number)
      const start = segment === 0 ? 0 : (plan.barriers[segment - 1] as number)
      const due = (level: number) => level > before && level <= start
      if (plan.foreign.length > 0) runForeign(due)
      describe(due)
      let descriptor = scratch
      for (const { segments, members, words: stride } of program.classes) {
        segments[segment]?.(descriptor, members)
        descriptor += 4 * stride * members
      }
    }
    // All cells before any is written: it may lie where one that is still to be read does.
    const hostMade = program.hostMade.map(i => cell((made[i] as Made).id))
    for (const [i, value] of hostMade.entries())
      floats[(addresses[firstMade + (program.hostMade[i] as number)] as number) >>> 2] = value
  } finally {
    giveBack(scratch)
  }
  for (const place of program.passing) tensors[place]?.dispose()
  touch(changed, sizes)
  return program.roots.map(place => tensors[place] as tf.Tensor)
}
