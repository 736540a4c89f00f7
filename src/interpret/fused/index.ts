/** The fused interpreter: compiles a graph to WASM SIMD loops and runs them on the heap of tfjs's wasm backend. */
import type * as tf from '@tensorflow/tfjs'
import type { Graph, NodeId, Target } from '../../expr/graph.js'
import { memory } from '../../wasm/heap.js'
import { hostNumbers, resolve, standIn } from '../resolve.js'
import { evaluate, type Value } from '../tfjs/evaluate.js'
import { execute } from './execute.js'
import { planOf } from './plan.js'
import { type Program, programOf } from './program.js'

/**
 * A graph made ready to run again and again. One program is kept for each way its branches go.
 *
 * @param replaces for each target, the name of the input whose place it takes, if any
 */
export const fuse = (graph: Graph, targets: readonly Target[], replaces: readonly (string | undefined)[]) => {
  const roots = targets.flatMap(({ sort, id }) => (sort === 'expr' ? [id] : []))
  const replaced = replaces.filter((_, i) => targets[i]?.sort === 'expr')
  const forks = graph.tensors.flatMap(({ operation }, id) =>
    operation.op === 'select' || operation.op === 'lerp' ? [id] : [],
  )
  const programs = new Map<string, Program>()

  const programFor = (number: (id: NodeId) => number): Program => {
    const key = forks.map(id => standIn(graph, id, number)).join()
    const known = programs.get(key)
    if (known !== undefined) return known
    const program = programOf(planOf(graph, resolve(graph, roots, number), replaced), memory())
    programs.set(key, program)
    return program
  }

  return {
    /** The values of the targets; `donated` are inputs that may be overwritten, each by the target in its place. */
    run: (inputs: ReadonlyMap<string, Value>, donated: readonly (tf.Tensor | undefined)[]): readonly Value[] => {
      const read = (id: NodeId): number => {
        const [value] = evaluate(graph, [{ sort: 'expr', id }], inputs) as readonly [tf.Tensor]
        const result = value.dataSync()[0] ?? 0
        if (![...inputs.values()].includes(value)) value.dispose()
        return result
      }
      const number = hostNumbers(graph, name => inputs.get(name) as number, read)
      const program = programFor(number)
      const numbers = targets.map(({ sort, id }) => (sort === 'scalar' ? number(id) : undefined))
      const results = execute(
        program,
        inputs,
        number,
        donated.filter((_, i) => targets[i]?.sort === 'expr'),
      )
      const next = results[Symbol.iterator]()
      return numbers.map(value => value ?? (next.next().value as tf.Tensor))
    },
  }
}
