/** What both processes of `resume.test.ts` do: the same steps of the same transforms. */
import * as tf from '@tensorflow/tfjs'
import { compile, type GradientTransform, type Training } from '../../src/index.js'
import * as variants from '../../src/neuroplastic/variants.js'
import * as catalogue from '../../src/optimizers/catalogue.js'

type Make = (options?: object) => GradientTransform<unknown>

const { settle: _settle, controlledNeuroPlastic, ...plain } = variants

/** Every optimizer of the library by its name. */
export const catalogued: readonly (readonly [string, GradientTransform<unknown>])[] = [
  ...Object.entries<Make>({ ...catalogue, ...plain } as unknown as Readonly<Record<string, Make>>).map(
    ([name, make]) => [name, make()] as const,
  ),
  ['controlledNeuroPlastic', controlledNeuroPlastic('layerwise')],
]

/** Steps before stopping, and after. */
export const stop = 3

const shapes = { 'conv/kernel': [3, 3, 1, 2], 'dense/kernel': [7, 5], 'dense/bias': [5] }

const random = (seed: number, scale: number) =>
  Object.fromEntries(
    Object.entries(shapes).map(([leaf, shape], i) => [
      leaf,
      tf.randomNormal(shape, 0, scale, 'float32', 100 * seed + i),
    ]),
  )

export const begin = (transform: GradientTransform<unknown>): Training<unknown> => {
  const params = random(0, 1)
  return { params, state: compile(transform).init(params) }
}

/** Training after as many steps again, the first of which is number `from`. */
export const goOn = (
  transform: GradientTransform<unknown>,
  training: Training<unknown>,
  from: number,
): Training<unknown> => {
  const optimizer = compile(transform)
  let now = training
  for (let step = from; step < from + stop; step++)
    now = optimizer.step(now, random(step + 1, 0.1), { epoch: step + 1, totalEpochs: 2 * stop, loss: 1 / (step + 1) })
  return now
}
