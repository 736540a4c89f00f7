/** A transform traced, and the ranges of all that it computes. */

import type { Shape } from '../../expr/shape.js'
import type { Tree } from '../../expr/tree.js'
import { type OptionsOf, options, value } from '../../schema/index.js'
import type { GradientTransform } from '../../transform/types.js'
import { type Machine, machineOf } from '../machine.js'
import { signatureFor } from '../network.js'
import { inputName } from '../trace.js'
import { anything, type Interval, range } from './interval.js'
import { invariantRanges } from './invariants.js'
import { momentRatioOf } from './moments.js'
import type { Ranges } from './ranges.js'

/** What is taken for granted. Gradients and parameters are any finite numbers, and state began with `init`. */
export const assumptionOptions = options({
  /**
   * Leaves in layer order with their shapes. Then bounds are for these sizes; by default they are for leaves of any size,
   * traced over a convolution, a hidden layer and a classifier.
   */
  shapes: value<Tree<Shape>>(),
  /** Numbers of the context by name; `epoch` and `totalEpochs` are at least 1 unless said otherwise, others anything finite. */
  scalars: value<Readonly<Record<string, Interval>>>(),
  /** The values of trees that the caller puts into the context, by name. */
  trees: value<Readonly<Record<string, Interval>>>(),
  /** Names of opaque nodes whose values are all among their operand's, such as `['shuffle']`; none by default. */
  rearranging: value<readonly string[]>(),
  /** The label of an observed value to take as the base of a residual; by default it is found. */
  base: value<string>(),
})

export interface Assumptions extends OptionsOf<typeof assumptionOptions> {}

export interface Analysis {
  readonly machine: Machine
  readonly ranges: Ranges
}

const atLeastOne: Interval = [1, Number.POSITIVE_INFINITY]

/** Traces a transform and bounds what it computes at any step. */
export const analyse = (transform: GradientTransform<unknown>, assumptions: Assumptions): Analysis => {
  const { shapes, scalars = {}, trees = {}, rearranging = [] } = assumptions
  const signature = signatureFor({
    ...(shapes && { shapes }),
    scalars: Object.keys(scalars),
    trees: Object.keys(trees),
  })
  const machine = machineOf(transform, signature)
  const known = new Map<string, Interval>([
    ...Object.entries({ epoch: atLeastOne, totalEpochs: atLeastOne, ...scalars }).map(
      ([entry, bounds]) => [inputName.scalar(entry), bounds] as const,
    ),
    ...Object.entries(trees).flatMap(([entry, bounds]) =>
      signature.present.map(leaf => [inputName.tree(entry, leaf), bounds] as const),
    ),
  ])
  const ranges = invariantRanges(
    machine,
    {
      sized: shapes !== undefined,
      rearranging: new Set(rearranging),
      quotient: id => momentRatioOf(machine, id),
    },
    name => range(...(known.get(name) ?? anything)),
  )
  return { machine, ranges }
}
