/** The transform of a published run, with or without what the authors' runner does by oversight. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { fromConfig } from '../config/fromConfig.js'
import type { ConfigErrors } from '../runtime/problems.js'
import { type GradientTransform, scalarFrom } from '../transform/index.js'
import type { PublishedRun } from './decode.js'

/**
 * Lets a transform see a progress of 1 in every epoch.
 *
 * The authors' runner leaves the number of epochs at 1, so that progress is the epoch. All that reads it is the same from 1
 * on, since they clip it; here it is 1 itself, as the cosine schedule is not clipped.
 *
 * @example
 * progressAlwaysOne(orthogonalNeuroPlastic({ plasticity: { orthogonalSchedule: 'cosine' } }))
 */
export const progressAlwaysOne = <S>(transform: GradientTransform<S>): GradientTransform<S> => ({
  ...(transform.config && { config: transform.config }),
  ...(transform.evaluate && { evaluate: transform.evaluate }),
  init: params => transform.init(params),
  update: (updates, state, params, context) => {
    const totalEpochs = scalarFrom(context, 'epoch', 'progressAlwaysOne')
    return transform.update(updates, state, params, { ...context, scalars: { ...context.scalars, totalEpochs } })
  },
})

/** The learning rate of `fromConfig`: it falls after each epoch, and not within one, as theirs does. */
const learningRateOf = ({ optimizer, decay }: PublishedRun, updatesPerEpoch: number): unknown =>
  decay === undefined
    ? optimizer.learningRate
    : {
        schedule: 'exponentialDecay',
        initial: optimizer.learningRate,
        // A rate of 0, which no schedule takes, is what many updates make of a small gamma.
        rate: Math.max(decay.gamma ** (decay.per === 'update' ? updatesPerEpoch : 1), Number.MIN_VALUE),
        steps: updatesPerEpoch,
        staircase: true,
      }

/**
 * The transform of a run:
 * $$ \eta_e = \eta\, \gamma^{e - 1}, \qquad \text{as published } \eta_e = \eta\, \gamma^{(e - 1) n}, $$
 * with $e$ the epoch, from 1, and $n$ its updates.
 *
 * @param run decoded
 * @param updatesPerEpoch $n$, an integer >= 1
 * @example
 * pipe(decodePublishedConfig(config), E.flatMap(({ run }) => transformOf(run, 469)))
 */
export const transformOf = (
  run: PublishedRun,
  updatesPerEpoch: number,
): E.Either<ConfigErrors, GradientTransform<unknown>> =>
  pipe(
    fromConfig({ ...run.optimizer, learningRate: learningRateOf(run, updatesPerEpoch) }, { warn: () => undefined }),
    E.map(transform => (run.progress === 'always 1' ? progressAlwaysOne(transform) : transform)),
  )
