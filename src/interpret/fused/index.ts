/** The fused interpreter: compiles a graph to WASM SIMD loops and runs them on the heap of tfjs's wasm backend. */
import * as tf from '@tensorflow/tfjs'
import type { Graph, NodeId, Target, TensorNode } from '../../expr/graph.js'
import { sameShape } from '../../expr/shape.js'
import { memory } from '../../wasm/heap.js'
import { hostNumbers, resolve, standIn } from '../resolve.js'
import { evaluate, type Value } from '../tfjs/evaluate.js'
import { execute } from './execute.js'
import { type Plan, planOf } from './plan.js'
import { type FusedProgram, programOf } from './program.js'

/** What became of a graph: how many loops, of how many kinds, and what tfjs still computes and why. */
export interface FusedPlan {
  /** Loops over leaves in a step, each leaf's own. */
  readonly loops: number
  /** Programs of distinct code that run them. */
  readonly programs: number
  /** Each operation that runs through tfjs between loops, with its leaf and the reason. */
  readonly viaTfjs: readonly string[]
}

/** Runs of a graph. */
export interface Fused {
  /** What a run with these host numbers would do. A tensor condition is taken to hold. */
  plan(input: (name: string) => number): FusedPlan

  /**
   * The values of the targets.
   *
   * @param inputs in their places
   * @param donated in their places, the inputs whose bytes may be overwritten, as the caller gave them away
   */
  run(inputs: readonly Value[], donated: readonly (tf.Tensor | undefined)[]): readonly Value[]
}

/**
 * A graph made ready to run again and again. One program is kept for each memory and each way its branches go.
 *
 * @param inputNames the place of each input, by name
 * @param replaces for each target, the name of the input whose place it takes, if any
 */
export const fuse = (
  graph: Graph,
  targets: readonly Target[],
  inputNames: ReadonlyMap<string, number>,
  replaces: readonly (string | undefined)[],
): Fused => {
  const tensorTargets = targets.flatMap(({ sort }, i) => (sort === 'expr' ? [i] : []))
  const roots = tensorTargets.map(i => (targets[i] as Target).id)
  const replaced = tensorTargets.map(i => replaces[i])
  const forks = forksOf(graph)
  // A program's loops go over one memory: after the backend was removed and made again, there is another.
  const known = new WeakMap<WebAssembly.Memory, Map<string, FusedProgram | undefined>>()

  /** The program for a way that branches go; none where a loop would be too long. */
  const programFor = (number: (id: NodeId) => number): FusedProgram | undefined => {
    const heap = memory()
    const programs = known.get(heap) ?? new Map<string, FusedProgram | undefined>()
    known.set(heap, programs)
    const key = forks.map(id => standIn(graph, id, number)).join()
    if (programs.has(key)) return programs.get(key)
    const plan = planOf(graph, resolve(graph, roots, number), replaced)
    const program = longest(plan) > most ? undefined : programOf(plan, heap, inputNames, replaced)
    programs.set(key, program)
    return program
  }

  return {
    plan: input => {
      const program = programFor(hostNumbers(graph, input, () => 1))
      if (program === undefined)
        return { loops: 0, programs: 0, viaTfjs: [`all: more than ${most} operations on one leaf`] }
      const { plan, classes } = program
      return {
        loops: plan.spaces.reduce((sum, { passes }) => sum + passes.length, 0),
        programs: classes.length,
        viaTfjs: plan.foreign.map(id => reasonOf(graph.tensors[id] as TensorNode)),
      }
    },

    run: (inputs, donated) => {
      const input = (name: string) => inputs[inputNames.get(name) as number] as Value
      const number = hostNumbers(
        graph,
        name => input(name) as number,
        id => readOne(graph, id, input),
      )
      const program = programFor(number)
      if (program === undefined) return evaluate(graph, targets, input)
      const tensors = execute(program, inputs, number, donated)
      let next = 0
      return targets.map(({ sort, id }) => (sort === 'scalar' ? number(id) : (tensors[next++] as tf.Tensor)))
    },
  }
}

/** The most operations that a loop may have: engines bound the locals of a function, and each takes up to six. */
const most = 5000

/** How many operations the loops over a leaf have, at the most; those on single elements, which the host may compute, count too. */
const longest = ({ spaces, resolved: { order }, isCell, home }: Plan): number => {
  if (order.length <= most) return order.length
  const cells = new Map<number, number>()
  for (const id of order) {
    const space = isCell(id) ? home(id) : undefined
    if (space !== undefined) cells.set(space, (cells.get(space) ?? 0) + 1)
  }
  return spaces.reduce((most, { passes }, i) => {
    const own = passes.reduce((sum, { loads, compute }) => sum + loads.length + compute.length, cells.get(i) ?? 0)
    return Math.max(most, own)
  }, 0)
}

const reasonOf = ({ operation, leaf }: TensorNode): string => {
  const name =
    operation.op === 'opaque' ? operation.opaque.name : operation.op === 'reduce' ? operation.kind : operation.op
  const why = operation.op === 'opaque' ? 'outside the algebra' : 'runs along axes of the leaf'
  return `${name}${typeof leaf === 'string' ? ` of '${leaf}'` : ''}: ${why}`
}

/** A node for each choice that a graph leaves open: of several that hang on one number, one; of those on a literal, none. */
const forksOf = (graph: Graph): readonly NodeId[] => {
  const forks = new Map<string, NodeId>()
  graph.tensors.forEach(({ operation, scalars, args, shape }, id) => {
    if (operation.op !== 'select' && operation.op !== 'lerp') return
    if (graph.scalars[scalars[0] as NodeId]?.op === 'literal') return
    // An end of a lerp stands in for it only where it has its shape.
    const ends = args.map(arg => sameShape(graph.tensors[arg]?.shape ?? [], shape))
    forks.set(`${operation.op} ${scalars} ${operation.op === 'lerp' ? ends : ''}`, id)
  })
  return [...forks.values()]
}

/** A tensor condition, read back. */
const readOne = (graph: Graph, id: NodeId, input: (name: string) => Value): number =>
  tf.tidy(() => (evaluate(graph, [{ sort: 'expr', id }], input)[0] as tf.Tensor).dataSync()[0] ?? 0)
