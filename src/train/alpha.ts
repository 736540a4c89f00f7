/** What the plasticity coefficient does at one step, in short. */
import { HyperparameterError } from '../schema/hyperparameter.js'
import type { Bounds, Diagnostics } from './diagnostics/types.js'

/** Statistics of alpha over all parameters, each of them counting once. */
export interface AlphaStatistics {
  readonly mean: number
  /** Standard deviation over the parameters (of the population, not of a sample). */
  readonly sd: number
  readonly min: number
  readonly max: number
  /** Fraction of parameters with alpha at most 5 % of the range above the lower bound; 1 at the latest below it. */
  readonly nearLow: number
  /** Fraction of parameters with alpha at most 5 % of the range under the upper bound, or above it. */
  readonly nearHigh: number
}

/**
 * Statistics of alpha out of diagnostics.
 *
 * @param bounds what alpha is said to be clipped to
 * @throws HyperparameterError where the transform has no observed `'alpha'`
 * @example
 * alphaOf(recorder.epoch(), [0.2, 2]).mean
 */
export const alphaOf = (diagnostics: Diagnostics, bounds: Bounds): AlphaStatistics => {
  const { alphaMean, alphaStd, alphaMin, alphaMax, alphaFractionNearMin, alphaFractionNearMax } = diagnostics
  if (alphaMean === undefined)
    throw new HyperparameterError('alphaBounds', bounds, "absent: the transform has no observed 'alpha'")
  return {
    mean: alphaMean,
    sd: alphaStd as number,
    min: alphaMin as number,
    max: alphaMax as number,
    nearLow: alphaFractionNearMin as number,
    nearHigh: alphaFractionNearMax as number,
  }
}
