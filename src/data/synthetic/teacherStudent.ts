/** Teacher and student: a network learns another one by regression, from examples of which none comes twice. */
import * as tf from '@tensorflow/tfjs'
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { get, type Tree } from '../../expr/tree.js'
import { admit } from '../../schema/hyperparameter.js'
import { normals, purpose, stream } from '../random.js'
import type { Problem } from './problem.js'
import { teacherOf } from './teacher.js'

/** Options of `teacherStudent`. */
export interface TeacherStudentOptions {
  /** Values per example, an integer >= 1; default 32. */
  readonly inputs?: number
  /** Hidden units of the teacher, an integer >= 1; default 8. */
  readonly teacherHidden?: number
  /** Hidden units of the student, an integer >= 1; default 32. With fewer than the teacher's the risk cannot reach 0. */
  readonly studentHidden?: number
  /** Standard deviation of the noise on each answer: >= 0, default 0. */
  readonly noise?: number
  /** Which teacher: an integer, default 0. The student's weights have the seed of `init`. */
  readonly seed?: number
}

const RISK_EXAMPLES = 1024

/** Examples and what the teacher answers, on the host. */
interface Answers {
  readonly x: Float32Array
  readonly y: Float32Array
}

const uniform = (shape: readonly [number, number] | readonly [number], bound: number, keys: readonly number[]) => {
  const random = stream(purpose.student, ...keys)
  const values = Float32Array.from(
    { length: shape.reduce((a: number, b: number) => a * b, 1) },
    () => (2 * uniformFloat32(random) - 1) * bound,
  )
  return tf.tensor(values, [...shape])
}

/** One hidden layer of ReLUs, `[batch, inputs]` to `[batch, 1]`. */
const student = (params: Tree<tf.Tensor>, x: tf.Tensor2D): tf.Tensor2D => {
  const leaf = (name: string) => get(name)(params)
  const hidden = tf.relu(tf.add<tf.Tensor2D>(tf.matMul(x, leaf('dense1/kernel') as tf.Tensor2D), leaf('dense1/bias')))
  return tf.add(tf.matMul(hidden, leaf('dense2/kernel') as tf.Tensor2D), leaf('dense2/bias'))
}

/**
 * Regression on the answers of a random network. Each step draws fresh examples, so there is nothing to learn by heart:
 * the loss of a batch is an honest estimate of the risk.
 *
 * $$ L(p) = \frac{1}{2 B} \sum_{i=1}^B \big( f_p(x_i) - \mathrm{teacher}(x_i) - \sigma \epsilon_i \big)^2, \qquad
 *    x_i \sim N(0, I), \quad \epsilon_i \sim N(0, 1) $$
 *
 * Leaves are `dense1/kernel`, `dense1/bias`, `dense2/kernel` and `dense2/bias`, from $U(-1/\sqrt{n}, 1/\sqrt{n})$ for n inputs
 * of a layer. The risk is the loss without noise on 1024 examples of its own.
 *
 * @param options see `TeacherStudentOptions`
 * @throws HyperparameterError that names the option, its value and what is admissible
 * @example
 * const problem = teacherStudent({ inputs: 8, noise: 0.1 })
 * const params = problem.init(0)
 * const batch = problem.batch({ seed: 0, epoch: 1, step: 1 }, 128)
 * const loss = tf.tidy(() => problem.loss(params, batch).dataSync()[0])
 */
export const teacherStudent = ({
  inputs = 32,
  teacherHidden = 8,
  studentHidden = 32,
  noise = 0,
  seed: teacherSeed = 0,
}: TeacherStudentOptions = {}): Problem => {
  admit('inputs', inputs, 'integer in [1, inf)')
  admit('teacherHidden', teacherHidden, 'integer in [1, inf)')
  admit('studentHidden', studentHidden, 'integer in [1, inf)')
  admit('noise', noise, '[0, inf)')
  const teacher = teacherOf({ inputs, hidden: teacherHidden, outputs: 1 }, teacherSeed)

  const draw = (size: number, sigma: number, ...keys: readonly number[]): Answers => {
    const x = normals(stream(purpose.student, ...keys, 0), size * inputs)
    const error = normals(stream(purpose.student, ...keys, 1), size)
    return { x, y: teacher(x).map((answer, i) => answer + sigma * (error[i] as number)) }
  }

  const onDevice = ({ x, y }: Answers): Tree<tf.Tensor> => ({
    x: tf.tensor2d(x, [y.length, inputs]),
    y: tf.tensor2d(y, [y.length, 1]),
  })

  const loss = (params: Tree<tf.Tensor>, batch: Tree<tf.Tensor>): tf.Scalar => {
    const residual = tf.sub(student(params, get('x')(batch) as tf.Tensor2D), get('y')(batch))
    return tf.mul(tf.mean(tf.square(residual)), 0.5)
  }

  // On the host, so that the problem holds no tensors.
  const unseen = draw(RISK_EXAMPLES, 0, 2, teacherSeed)

  return {
    name: `teacher-student ${inputs}-${teacherHidden}-1 by ${inputs}-${studentHidden}-1`,
    init: seed => {
      const [first, second] = [1 / Math.sqrt(inputs), 1 / Math.sqrt(studentHidden)]
      return {
        'dense1/kernel': uniform([inputs, studentHidden], first, [0, seed, 0]),
        'dense1/bias': uniform([studentHidden], first, [0, seed, 1]),
        'dense2/kernel': uniform([studentHidden, 1], second, [0, seed, 2]),
        'dense2/bias': uniform([1], second, [0, seed, 3]),
      }
    },
    batch: ({ seed, epoch, step }, size) =>
      onDevice(draw(admit('size', size, 'integer in [1, inf)'), noise, 1, seed, epoch, step)),
    loss,
    risk: params => loss(params, onDevice(unseen)),
  }
}
