/** An optimizer from its configuration: what it says of its options, as data, decides how each is read. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { map } from '../expr/tree.js'
import type { Described } from '../optimizers/describe.js'
import type { ConfigErrors } from '../runtime/problems.js'
import type { Field } from '../schema/index.js'
import { configured } from '../transform/configured.js'
import { type GradientTransform, HyperparameterError, type OptimizerConfig } from '../transform/index.js'
import { oneOf, optional, record } from './decode.js'
import { decoderOf } from './fields.js'
import { scheduledIn } from './scheduleConfig.js'

/** What is made, or what no field can say by itself: that one option must not be more than another, say. */
const admitted = <T>(make: () => T): E.Either<ConfigErrors, T> =>
  E.tryCatch(make, error => {
    if (error instanceof HyperparameterError) return [error.message]
    throw error
  })

/** Reads the configuration of an optimizer: its name and its options, each of which may be absent. */
export const readerOf = (
  name: string,
  optimizer: Described<never, GradientTransform<unknown>>,
): ((config: unknown) => E.Either<ConfigErrors, GradientTransform<unknown>>) => {
  const fields = map(({ kind }: Field<unknown>) => optional(decoderOf(kind, scheduledIn)))(optimizer.fields)
  const schema = record({ optimizer: oneOf(name), ...fields })
  return config =>
    pipe(
      schema(config, ''),
      // The configuration itself says how it was made, where it has a schedule's or a mask's description.
      E.flatMap(
        ({ optimizer: _, ...options }) =>
          admitted(() => configured(optimizer(options as never), config as OptimizerConfig)), // read as its kinds say
      ),
    )
}
