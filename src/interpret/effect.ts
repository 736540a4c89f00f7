/** What a transform does to the parameters, apart from what it keeps and never reads. */
import { canonicalForm } from '../expr/canonical.js'
import type { Graph, Target } from '../expr/graph.js'
import { sha256 } from '../expr/sha256.js'
import type { GradientTransform } from '../transform/types.js'
import { type NetworkOptions, signatureFor } from './network.js'
import { inputName, traceInit, traceUpdate } from './trace.js'

/** The names of the inputs that some targets of a graph need. */
const inputsOf = ({ tensors, scalars }: Graph, roots: readonly Target[]): ReadonlySet<string> => {
  const found = new Set<string>()
  const seen = new Set<string>()
  const open: Target[] = [...roots]
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    const key = `${target.sort} ${target.id}`
    if (seen.has(key)) continue
    seen.add(key)
    const tensor = target.sort === 'expr' ? tensors[target.id] : undefined
    const host = target.sort === 'scalar' ? scalars[target.id] : undefined
    if (tensor?.operation.op === 'input') found.add(tensor.operation.name)
    for (const id of tensor?.args ?? []) open.push({ sort: 'expr', id })
    for (const id of tensor?.scalars ?? []) open.push({ sort: 'scalar', id })
    if (host?.op === 'input') found.add(host.name)
    else if (host?.op === 'read') open.push({ sort: 'expr', id: host.tensor })
    else if (host !== undefined && host.op !== 'literal') for (const id of host.args) open.push({ sort: 'scalar', id })
  }
  return found
}

/** What is observed of a transform, and its effect. */
export interface Effect {
  readonly observed: ReadonlySet<string>
  /**
   * A hash: where two are equal the updates are equal, bit for bit, at every step. It is the canonical form of the updates, of the
   * state that they come to read, and of where that starts; other state plays no part, as the moments of an alpha that is not read.
   */
  readonly hash: string
}

/**
 * @throws whatever the transform does when it is traced
 */
export const effectOf = (transform: GradientTransform<unknown>, options?: NetworkOptions): Effect => {
  const signature = signatureFor(options)
  const init = traceInit(transform, signature.params)
  const { graph, slots, updates, next } = traceUpdate(transform, signature)
  let roots: readonly Target[] = updates
  let live: readonly number[] = []
  for (;;) {
    const read = inputsOf(graph, roots)
    const found = slots.flatMap(({ path }, i) => (read.has(inputName.state(path)) ? [i] : []))
    if (found.length === live.length) break
    live = found
    roots = [...updates, ...live.map(i => next[i] as Target)]
  }
  const text = [
    JSON.stringify(Object.entries(signature.params)),
    JSON.stringify(live.map(i => slots[i]?.path)),
    canonicalForm(
      init.graph,
      live.map(i => init.graph.roots[i] as Target),
    ),
    canonicalForm(graph, roots),
  ].join('\n\n')
  return { observed: new Set(graph.observations.map(({ label }) => label)), hash: sha256(text) }
}
