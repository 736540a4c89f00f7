/** A small network to trace a transform over, where the caller names none: each kind of leaf, and layers early and late. */

import type { Shape } from '../expr/shape.js'
import { names, type Tree } from '../expr/tree.js'
import { type OptionsOf, options, value } from '../schema/index.js'
import type { Signature } from './trace.js'

// Sizes that no rule has as a number of its own, so that a size is known for one where it stands in a formula.
export const representativeNetwork: Tree<Shape> = {
  'conv/kernel': [3, 3, 5, 11],
  'conv/bias': [11],
  'hidden/kernel': [23, 17],
  'hidden/bias': [17],
  'classifier/kernel': [17, 13],
  'classifier/bias': [13],
}

/** The numbers that a step usually knows. */
const usualScalars = ['epoch', 'totalEpochs', 'loss'] as const

export const networkOptions = options({
  /** Leaves in layer order, with their shapes; by default a convolution, a hidden layer and a classifier. */
  shapes: value<Tree<Shape>>(),
  /** Numbers of the context beyond `epoch`, `totalEpochs` and `loss`. */
  scalars: value<readonly string[]>(),
  /** Trees of the context that the caller gives at each step. */
  trees: value<readonly string[]>(),
})

export interface NetworkOptions extends OptionsOf<typeof networkOptions> {}

/** What to trace: every leaf with a gradient. */
export const signatureFor = ({
  shapes = representativeNetwork,
  scalars = [],
  trees = [],
}: NetworkOptions = {}): Signature => ({
  params: shapes,
  present: names(shapes),
  scalars: [...new Set([...usualScalars, ...scalars])],
  trees: Object.fromEntries(trees.map(entry => [entry, shapes])),
})
