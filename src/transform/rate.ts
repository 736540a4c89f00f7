/** The learning rate that a transform ends in: to read, and to exchange. */
import type { Scalar } from '../expr/scalar.js'
import type { Schedule } from './schedules/index.js'
import type { GradientTransform } from './types.js'

/** The learning rate of a transform. */
export interface Rate<S> {
  /** What it is at the next step. */
  at(state: S): Scalar
  /** The same transform, with another schedule in its place; states are the same. */
  with(change: (own: Schedule) => Schedule): GradientTransform<S>
}

// Beside the object, not in it: a copy with another `update` has none, where one in it would speak of the old `update`.
const rates = new WeakMap<GradientTransform<unknown>, Rate<unknown>>()
const transparent = new WeakSet<GradientTransform<unknown>>()

/** The learning rate that a transform ends in, if it does. */
export const rateOf = <S>(transform: GradientTransform<S>): Rate<S> | undefined =>
  rates.get(transform) as Rate<S> | undefined // noted for this very transform

/** Whether a transform leaves steps as they are, so that a chain that ends in it ends in what is before. */
export const passesSteps = (transform: GradientTransform<unknown>): boolean => transparent.has(transform)

/** Notes that a transform leaves steps as they are. */
export const passing = <S>(transform: GradientTransform<S>): GradientTransform<S> => {
  transparent.add(transform)
  return transform
}

/** Notes the learning rate of a transform, if it has one. */
export const rated = <T extends GradientTransform<unknown>>(transform: T, rate: Rate<unknown> | undefined): T => {
  if (rate !== undefined) rates.set(transform, rate)
  return transform
}

/**
 * Notes that a transform's learning rate is that of a part, if it has one.
 *
 * @param stateOf where the part's state stands in that of the whole
 * @param remake the whole with another part
 */
export const ratedLike = <S, P>(
  part: GradientTransform<P>,
  stateOf: (state: S) => P,
  remake: (part: GradientTransform<P>) => GradientTransform<S>,
  transform: GradientTransform<S>,
): GradientTransform<S> => {
  const rate = rateOf(part)
  if (rate === undefined) return transform
  return rated(transform, { at: (state: S) => rate.at(stateOf(state)), with: change => remake(rate.with(change)) })
}
