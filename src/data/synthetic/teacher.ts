/** A random network that says what is right: as a set of classes, and for regression. */
import { sequenceT } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { numberIn, seedOf } from '../admit.js'
import type { DataSet } from '../dataSet.js'
import type { DataError } from '../error.js'
import type { Examples } from '../examples.js'
import { normals, purpose, stream } from '../random.js'

/** What a teacher is made from. */
export interface TeacherSize {
  readonly inputs: number
  readonly hidden: number
  readonly outputs: number
}

/** A network with fixed random weights, on the host: rows of inputs to rows of outputs. */
export type Teacher = (inputs: Float32Array) => Float32Array

/**
 * A teacher of one hidden layer of ReLUs. For $x \sim N(0, I)$ each output has mean 0, so that none is the largest nearly
 * always, and variance 1 on average over teachers.
 *
 * $$ y = A \Big( \max(0, W x) - \frac{\lVert W_j \rVert}{\sqrt{2 \pi}} \Big), \qquad
 *    W_{ji} \sim N(0, 1 / n), \quad A_{kj} \sim N\Big(0, \frac{2 \pi}{(\pi - 1) m}\Big) $$
 *
 * @param size of n inputs, m hidden units and its outputs: integers >= 1
 * @param seed an integer
 * @example
 * teacherOf({ inputs: 4, hidden: 8, outputs: 1 }, 0)(Float32Array.of(1, 0, 0, 0)) // one number
 */
export const teacherOf = ({ inputs, hidden, outputs }: TeacherSize, seed: number): Teacher => {
  const first = normals(stream(purpose.teacher, seed, 0), inputs * hidden).map(z => z / Math.sqrt(inputs))
  const second = normals(stream(purpose.teacher, seed, 1), hidden * outputs).map(
    z => z * Math.sqrt((2 * Math.PI) / ((Math.PI - 1) * hidden)),
  )
  // The mean of max(0, z) for z of N(0, s^2) is s / sqrt(2 pi).
  const means = Float64Array.from({ length: hidden }, (_, j) => {
    const weights = first.subarray(j * inputs, (j + 1) * inputs)
    return Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / (2 * Math.PI))
  })
  return rows => {
    const count = rows.length / inputs
    const result = new Float32Array(count * outputs)
    const units = new Float64Array(hidden)
    for (let row = 0; row < count; row++) {
      for (let j = 0; j < hidden; j++) {
        let sum = 0
        for (let i = 0; i < inputs; i++) sum += (rows[row * inputs + i] as number) * (first[j * inputs + i] as number)
        units[j] = Math.max(0, sum) - (means[j] as number)
      }
      for (let k = 0; k < outputs; k++) {
        let sum = 0
        for (let j = 0; j < hidden; j++) sum += (units[j] as number) * (second[k * hidden + j] as number)
        result[row * outputs + k] = sum
      }
    }
    return result
  }
}

/** Options of `teacherLabels`. */
export interface TeacherLabelsOptions {
  /** Values per example, an integer >= 1; default 32. */
  readonly inputs?: number
  /** Hidden units of the teacher, an integer >= 1; default 16. */
  readonly hidden?: number
  /** An integer in [1, 256]; default 10. The teacher decides how many examples each class has. */
  readonly classes?: number
  /** Examples to train with, an integer >= 1; default 2000. */
  readonly count?: number
  /** Examples to test with, an integer >= 1; default 1000. */
  readonly testCount?: number
  /** An integer, default 0. */
  readonly seed?: number
}

const largest = (values: Float32Array): number =>
  values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0)

/**
 * Examples whose class is the largest output of a teacher: a student of enough hidden units can get all of them right.
 *
 * $$ x_i \sim N(0, I), \qquad y_i = \arg\max_k \, \mathrm{teacher}(x_i)_k $$
 *
 * @param options see `TeacherLabelsOptions`
 * @returns the set, the same for the same options, or what is wrong with one of them
 * @example
 * teacherLabels({ inputs: 8, classes: 2 })
 */
export const teacherLabels = ({
  inputs = 32,
  hidden = 16,
  classes = 10,
  count = 2000,
  testCount = 1000,
  seed = 0,
}: TeacherLabelsOptions = {}): E.Either<DataError, DataSet> =>
  pipe(
    sequenceT(E.Apply)(
      numberIn('inputs', inputs, 'integer in [1, inf)'),
      numberIn('hidden', hidden, 'integer in [1, inf)'),
      numberIn('classes', classes, 'integer in [1, 256]'),
      numberIn('count', count, 'integer in [1, inf)'),
      numberIn('testCount', testCount, 'integer in [1, inf)'),
      seedOf(seed),
    ),
    E.map(() => {
      const teacher = teacherOf({ inputs, hidden, outputs: classes }, seed)
      const draw = (part: number, size: number): Examples => {
        const images = normals(stream(purpose.teacher, seed, part), size * inputs)
        const answers = teacher(images)
        const labels = Uint8Array.from({ length: size }, (_, i) =>
          largest(answers.subarray(i * classes, (i + 1) * classes)),
        )
        return { images, labels, count: size, shape: [inputs], classes }
      }
      return {
        name: 'teacher-student',
        source: 'made',
        inputShape: [inputs],
        classes,
        train: draw(2, count),
        test: draw(3, testCount),
      }
    }),
  )
