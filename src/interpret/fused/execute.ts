/** Running a program on the heap of the wasm backend. */
import * as tf from '@tensorflow/tfjs'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { settle } from '../../expr/settle.js'
import { addressOf, allocate, bytesReader, giveBack, type TensorBytes, take, touch, views } from '../../wasm/heap.js'
import { applyNode } from '../tfjs/apply.js'
import type { Value } from '../tfjs/evaluate.js'
import { cellValue } from './hostCells.js'
import type { FusedProgram, Made } from './program.js'

/** A run of a program. */
interface Run {
  readonly program: FusedProgram
  /** The host numbers of this run. */
  readonly number: (id: NodeId) => number
  /** Where the bytes of each place are, and the tensor that stands there. */
  readonly addresses: Int32Array
  readonly tensors: (tf.Tensor | undefined)[]
  /** What this run has made: to be disposed of should it fail. */
  readonly fresh: tf.Tensor[]
  /** Tensors whose bytes it writes over, and their sizes. */
  readonly changed: TensorBytes[]
  readonly sizes: number[]
  /** The scratch memory. */
  readonly scratch: number
  /** The heap, which another stands for once tfjs has allocated. */
  heap: ReturnType<typeof views>
}

/** Inputs in their places, results where those they replace are or in memory of their own, and the scratch memory. */
const begin = (
  program: FusedProgram,
  inputs: readonly Value[],
  number: (id: NodeId) => number,
  donated: readonly (tf.Tensor | undefined)[],
): Run => {
  const { made, firstMade, temporaries } = program
  const addresses = new Int32Array(firstMade + made.length + temporaries.length)
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
  for (const [i, word] of temporaries.entries()) addresses[firstMade + made.length + i] = scratch + 4 * word
  // Allocations are over, until tfjs makes some: they may move the heap's views.
  return { program, number, addresses, tensors, fresh, changed, sizes, scratch, heap: views() }
}

const operandsOf = ({ program: { plan } }: Run, id: NodeId): readonly NodeId[] => plan.resolved.operands.get(id) ?? []

const nodeOf = ({ program: { plan } }: Run, id: NodeId): TensorNode => plan.graph.tensors[id] as TensorNode

/** The place of a value whose bytes are what it is: a cell that the host makes has a place, and is written there last. */
const heldAt = ({ program: { placeOf, made, firstMade } }: Run, id: NodeId): number | undefined => {
  const place = placeOf.get(id)
  return place !== undefined && made[place - firstMade]?.by !== 'host' ? place : undefined
}

/** The values of cells, each worked out once, when it is asked for. */
const cellsOf = (run: Run): ((id: NodeId) => number) => {
  const { program, number, addresses, scratch } = run
  const cells = new Map<NodeId, number>()
  const known = (id: NodeId): number => cells.get(id) as number
  const missing = (id: NodeId): NodeId | undefined =>
    heldAt(run, id) === undefined && !program.reductions.has(id)
      ? operandsOf(run, id).find(arg => !cells.has(arg))
      : undefined
  const value = (id: NodeId): number => {
    const { floats } = run.heap
    const place = heldAt(run, id)
    if (place !== undefined) return floats[(addresses[place] as number) >>> 2] as number
    const reduced = program.reductions.get(id)
    if (reduced !== undefined) return floats[(scratch >>> 2) + reduced] as number
    const node = nodeOf(run, id)
    return cellValue(node, operandsOf(run, id).map(known), node.scalars.map(number))
  }
  return id => {
    if (!cells.has(id)) settle(id, missing, each => void cells.set(each, value(each)))
    return known(id)
  }
}

/** Whether a value is due before a segment, by its level. */
type Due = (level: number) => boolean

/** Writes into the descriptors what is known before a segment: addresses and numbers. */
const describe = (run: Run, numbers: Float32Array, cell: (id: NodeId) => number, due: Due): void => {
  const { externals, slots, externalWords } = run.program
  for (let i = 0; i < externals.length; i++) {
    const { from, id, level } = externals[i] as (typeof externals)[number]
    if (due(level)) numbers[i] = from === 'cell' ? cell(id) : from === 'number' ? run.number(id) : 1 - run.number(id)
  }
  const { addresses, heap } = run
  const { floats, words } = heap
  const first = run.scratch >>> 2
  for (let i = 0; i < slots.words.length; i++)
    words[first + (slots.words[i] as number)] = addresses[slots.sources[i] as number] as number
  for (let i = 0; i < externalWords.words.length; i++)
    floats[first + (externalWords.words[i] as number)] = numbers[externalWords.sources[i] as number] as number
}

/** Computes what tfjs has to compute before a segment. */
const runForeign = (run: Run, cell: (id: NodeId) => number, due: Due): void => {
  const { program, tensors, addresses, fresh } = run
  const { plan, placeOf } = program
  for (const id of plan.foreign.filter(candidate => due(plan.level(candidate)))) {
    const node = nodeOf(run, id)
    const args = operandsOf(run, id)
    // Cells are read before tfjs makes any tensor, which may make the heap grow.
    const values = args.map(arg => (heldAt(run, arg) === undefined ? cell(arg) : undefined))
    const result = tf.tidy(() => {
      const operands = args.map((arg, i) => {
        if (values[i] === undefined) return tensors[heldAt(run, arg) as number] as tf.Tensor
        const { shape, dtype } = nodeOf(run, arg)
        return tf.tensor([values[i]], [...shape]).cast(dtype)
      })
      return ownBytes(applyNode(node, operands, node.scalars.map(run.number), false))
    })
    const place = placeOf.get(id) as number
    tensors[place] = result
    fresh.push(result)
    addresses[place] = addressOf(result)
    run.heap = views()
  }
}

/** Runs the segments, each over the leaves of every class, and writes the cells that the host makes. */
const runSegments = (run: Run): void => {
  const { program, addresses, scratch } = run
  const { plan, made, firstMade } = program
  const cell = cellsOf(run)
  const numbers = new Float32Array(program.externals.length)
  run.heap.words.set(program.descriptors, scratch >>> 2)
  for (let segment = 0; segment <= plan.barriers.length; segment++) {
    const before = segment < 2 ? segment - 1 : (plan.barriers[segment - 2] as number)
    const start = segment === 0 ? 0 : (plan.barriers[segment - 1] as number)
    const due: Due = level => level > before && level <= start
    if (plan.foreign.length > 0) runForeign(run, cell, due)
    describe(run, numbers, cell, due)
    let descriptor = scratch
    for (const { segments, members, words: stride } of program.classes) {
      segments[segment]?.(descriptor, members)
      descriptor += 4 * stride * members
    }
  }
  // All cells before any is written: it may lie where one that is still to be read does.
  const hostMade = program.hostMade.map(i => cell((made[i] as Made).id))
  for (const [i, value] of hostMade.entries())
    run.heap.floats[(addresses[firstMade + (program.hostMade[i] as number)] as number) >>> 2] = value
}

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
  const run = begin(program, inputs, number, donated)
  try {
    runSegments(run)
  } catch (error) {
    tf.dispose(run.fresh)
    throw error
  } finally {
    giveBack(run.scratch)
  }
  for (const place of program.passing) run.tensors[place]?.dispose()
  touch(run.changed, run.sizes)
  return program.roots.map(place => run.tensors[place] as tf.Tensor)
}

/** A tensor whose bytes nobody else has: of a clone or a reshaped operand, which may be written over, a copy. */
const ownBytes = (x: tf.Tensor): tf.Tensor => {
  if (bytesReader()(x).refCount === 1) return x
  const copy = allocate(x.shape)
  const from = addressOf(x) >>> 2
  views().floats.copyWithin(addressOf(copy) >>> 2, from, from + x.size)
  return copy
}
