/** Running a program on the heap of the wasm backend. */
import * as tf from '@tensorflow/tfjs'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { settle } from '../../expr/settle.js'
import { addressOf, allocate, bytesReader, giveBack, type TensorBytes, take, touch, views } from '../../wasm/heap.js'
import { applyNode } from '../tfjs/apply.js'
import type { Value } from '../tfjs/evaluate.js'
import { cellValue } from './hostCells.js'
import type { FusedProgram, Made } from './program.js'

/**
 * The tensors that a program's roots stand for.
 *
 * What is done here for each leaf is loops over flat tables: between two steps the caches have seen megabytes of other data, so
 * that every object and every function on the way is dear.
 *
 * @param inputs in their places
 * @param number the host numbers of this run
 * @param donated in their places, the inputs whose bytes may be overwritten
 * @throws what a node of the rule's own throws; then no input has changed, and nothing is left
 */
export const execute = (
  program: FusedProgram,
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
  const fresh: tf.Tensor[] = []
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
      fresh.push(tensor)
    }
  }
  const scratch = take(4 * program.scratchWords)
  const first = scratch >>> 2
  for (const [i, word] of program.temporaries.entries()) addresses[firstMade + made.length + i] = scratch + 4 * word
  // Allocations are over, until tfjs makes some: they may move the heap's views.
  let { floats, words } = views()

  const operandsOf = (id: NodeId): readonly NodeId[] => plan.resolved.operands.get(id) ?? []
  /** The place of a value whose bytes are what it is: a cell that the host makes has a place, and is written there last. */
  const heldAt = (id: NodeId): number | undefined => {
    const place = placeOf.get(id)
    return place !== undefined && made[place - firstMade]?.by !== 'host' ? place : undefined
  }
  const cells = new Map<NodeId, number>()
  const missing = (id: NodeId): NodeId | undefined =>
    heldAt(id) === undefined && !program.reductions.has(id) ? operandsOf(id).find(arg => !cells.has(arg)) : undefined
  const finish = (id: NodeId): void => {
    const place = heldAt(id)
    const reduced = program.reductions.get(id)
    const value =
      place !== undefined
        ? (floats[(addresses[place] as number) >>> 2] as number)
        : reduced !== undefined
          ? (floats[first + reduced] as number)
          : cellValue(node(id), operandsOf(id).map(known), node(id).scalars.map(number))
    cells.set(id, value)
  }
  const known = (id: NodeId): number => cells.get(id) as number
  const cell = (id: NodeId): number => {
    if (!cells.has(id)) settle(id, missing, finish)
    return known(id)
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
      const args = operandsOf(id)
      // Cells are read before tfjs makes any tensor, which may make the heap grow.
      const values = args.map(arg => (heldAt(arg) === undefined ? cell(arg) : undefined))
      const result = tf.tidy(() => {
        const operands = args.map((arg, i) =>
          values[i] === undefined
            ? (tensors[heldAt(arg) as number] as tf.Tensor)
            : tf.tensor([values[i]], [...node(arg).shape]).cast(node(arg).dtype),
        )
        return ownBytes(applyNode(node(id), operands, node(id).scalars.map(number), false))
      })
      const place = placeOf.get(id) as number
      tensors[place] = result
      fresh.push(result)
      addresses[place] = addressOf(result)
      const now = views()
      floats = now.floats
      words = now.words
    }
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
  } catch (error) {
    tf.dispose(fresh)
    throw error
  } finally {
    giveBack(scratch)
  }
  for (const place of program.passing) tensors[place]?.dispose()
  touch(changed, sizes)
  return program.roots.map(place => tensors[place] as tf.Tensor)
}

/** A tensor whose bytes nobody else has: of a clone or a reshaped operand, which may be written over, a copy. */
const ownBytes = (x: tf.Tensor): tf.Tensor => {
  if (bytesReader()(x).refCount === 1) return x
  const copy = allocate(x.shape)
  const from = addressOf(x) >>> 2
  views().floats.copyWithin(addressOf(copy) >>> 2, from, from + x.size)
  return copy
}
