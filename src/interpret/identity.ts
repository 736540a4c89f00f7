/** What a transform is, apart from how it was written down. */
import { canonicalForm } from '../expr/canonical.js'
import { sha256 } from '../expr/sha256.js'
import { admitTransform } from '../transform/admit.js'
import type { GradientTransform } from '../transform/types.js'
import { type NetworkOptions, networkOptions, signatureFor } from './network.js'
import { traceEvaluation, traceInit, traceUpdate } from './trace.js'

/** What to trace a transform over, to tell which it is. */
export type IdentityOptions = NetworkOptions

/**
 * A transform as a text: the leaves in order, where its state stands, and the canonical forms of what `init`, `update` and
 * `evaluate` compute.
 */
export const canonicalOf = (transform: GradientTransform<unknown>, options?: IdentityOptions): string => {
  admitTransform('identityOf', 'the transform', transform)
  const signature = signatureFor(networkOptions.read('identityOf', options ?? {}))
  const { graph, slots, updates, next } = traceUpdate(transform, signature)
  const evaluation = traceEvaluation(transform, signature.params)
  return [
    JSON.stringify(Object.entries(signature.params)),
    JSON.stringify(slots.map(({ path, shape }) => [path, shape ?? 'number'])),
    canonicalForm(traceInit(transform, signature.params).graph),
    canonicalForm(graph, [...updates, ...next]),
    JSON.stringify(evaluation.leaves),
    canonicalForm(evaluation.graph),
  ].join('\n\n')
}

/**
 * A hash that tells transforms apart: the same exactly where `init`, `update` and `evaluate` compute the same thing in the same
 * way, node by node, so that runs are equal bit for bit; another where any number, attribute, version, state or wiring differs.
 *
 * What is observed plays no part, and neither does what the updates and the state do not need. An opaque operation counts by
 * its name, version, attributes and source text: the hash is that of one build of the package, and a minified one has others.
 *
 * @param options.shapes leaves in layer order, with their shapes; by default a small network with each kind of leaf
 * @param options.scalars numbers of the context beyond `epoch`, `totalEpochs` and `loss`
 * @param options.trees trees of the context that the caller gives at each step
 * @returns 64 hexadecimal digits
 * @throws whatever the transform does when it is traced, such as a ReferenceError for what nobody gives
 * @example
 * identityOf(adam()) === identityOf(adam({ b1: 0.9 })) // true: the default
 * identityOf(muon({ nsSteps: 2 })) === identityOf(muon()) // false
 */
export const identityOf = (transform: GradientTransform<unknown>, options?: IdentityOptions): string =>
  sha256(canonicalOf(transform, options))
