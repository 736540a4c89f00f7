/** Where an optimizer, or a configuration, leads in a few steps. */
import * as E from 'fp-ts/lib/Either.js'
import * as P from '../../src/index.js'
import { flat, type Shapes, tensors } from '../support/tensors.js'

const shapes: Shapes = { conv: [2, 2, 1, 2], kernel: [3, 2], bias: [2] }
const drawn = (phase: number) =>
  tensors(
    Object.fromEntries(
      Object.entries(shapes).map(([leaf, shape], k) => [
        leaf,
        Array.from({ length: shape.reduce((n, m) => n * m, 1) }, (_, i) => Math.sin(1.7 * i + k + phase)),
      ]),
    ),
    shapes,
  )

export const trajectory = (transform: P.GradientTransform<unknown>) => {
  const optimizer = P.compile(transform)
  const params = drawn(0)
  let training = { params, state: optimizer.init(params) }
  for (const t of [1, 2, 3, 4]) training = optimizer.step(training, drawn(t), { loss: 1 / t })
  return flat(training.params)
}

/** The optimizer of a configuration. */
export const read = (config: unknown) =>
  E.getOrElseW((errors: readonly string[]) => {
    throw new Error(errors.join('\n'))
  })(P.fromConfig(config))
export const errorsOf = (config: unknown) =>
  E.match(
    (errors: readonly string[]) => errors,
    () => [],
  )(P.fromConfig(config))
