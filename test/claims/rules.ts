/** Rules of which it is known whether their modulation helps. Made from a library, so that an old one can be asked too. */
import * as tf from '@tensorflow/tfjs'
import type * as P from '../../src/index.js'
import { task, uniforms } from './task.js'

type Library = Pick<
  typeof P,
  | 'chain'
  | 'leafwise'
  | 'observe'
  | 'opaque'
  | 'plasticityGate'
  | 'scalar'
  | 'scaleByLearningRate'
  | 'trace'
  | 'fill'
  | 'tree'
>
type Rule = P.GradientTransform<unknown>

/** For each element a number in [0, 1) that nobody can tell from the gradient, and that is another one at each step. */
const dither = ([x]: readonly unknown[]): tf.Tensor => {
  const g = x as tf.Tensor
  const bits = new Int32Array(Float32Array.from(g.dataSync()).buffer)
  return tf.tensor(
    Array.from(bits, (b, i) => uniforms(b ^ Math.imul(i + 1, 0x9e3779b9))()),
    g.shape,
  )
}

/** 1 where the task is flat, -1 where it is steep. */
const flat = ([x]: readonly unknown[], _: readonly number[], { leaf }: { readonly leaf: string }): tf.Tensor =>
  tf.tensor(
    (task.curvature[leaf] ?? []).map(h => (h < 1 ? 1 : -1)),
    (x as tf.Tensor).shape,
  )

export const rulesOf = ({
  chain,
  leafwise,
  observe,
  opaque,
  plasticityGate,
  scalar,
  scaleByLearningRate,
  trace,
  fill,
  tree,
}: Library) => {
  const gated =
    (alpha: Rule) =>
    (learningRate: number): Rule =>
      chain(trace(0.5), plasticityGate(observe('alpha', alpha)), scaleByLearningRate(learningRate))
  const random = (g: P.Expr) => opaque({ name: 'dither', version: 1, run: dither }, g.shape, [g])
  return {
    /** Without a modulation that could help. */
    still: {
      'no gate at all': (learningRate: number): Rule => chain(trace(0.5), scaleByLearningRate(learningRate)),
      'a constant gate': gated(leafwise(g => fill(g, 1.3))),
      'an exchangeable random gate': gated(leafwise(g => random(g).add(0.5))),
      'a gate that depends on the step alone': gated({
        init: () => ({ count: scalar(0) }),
        update: (g, state) => {
          const { count } = state as { readonly count: P.Scalar }
          return [tree.map((x: P.Expr) => fill(x, count.cos().mul(0.5).add(1)))(g), { count: count.add(1) }]
        },
      }),
    },
    /** Longer steps where the task is flat, by a strength in [0, 0.7]; and a random part, so that at 0 it is no constant. */
    planted: (strength: number) =>
      gated(
        leafwise((g, leaf) =>
          opaque({ name: 'flat', version: 1, attributes: { leaf }, run: flat }, g.shape, [g])
            .mul(strength)
            .add(random(g).sub(0.5).mul(0.4))
            .add(1),
        ),
      ),
  }
}
