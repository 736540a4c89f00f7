/** The claim that an adaptive rule converges where Adam does not. */

import * as fc from 'fast-check'
import { type OptionsOf, options, plain } from '../../src/schema/index.js'
import type { Law } from '../law.js'
import { optimizerOf } from '../play.js'
import { showNumber } from '../show.js'
import { fromTensors, scoped, toTensors } from '../values.js'

const steps = 300

const reddiOptions = options({
  /** The rare gradient, greater than 2; default 4. */
  C: plain('(2, inf)', 4),
  /** $\eta$, the size of a step; default 0.5. */
  rate: plain('(0, inf)', 0.5),
  /** Of a transform whose updates are steps already; default none. */
  learningRate: plain('(0, inf)'),
})

export interface ReddiOptions extends OptionsOf<typeof reddiOptions> {}

/**
 * Reddi's counterexample: minimize, over $x \in [-1, 1]$, the sum of
 * $$ f_t(x) = \begin{cases} C x & t \bmod 3 = 1 \\ -x & \text{else,} \end{cases} \qquad C > 2, $$
 * by $x_{t+1} = \mathrm{clip}(x_t - \tfrac{\eta}{\sqrt t}\, u_t, \pm 1)$. The optimum is -1. Adam with $\beta_1 = 0$ and
 * $\beta_2 = 1 / (1 + C^2)$ goes to 1: it has forgotten the rare large gradient where the two small ones come. A rule whose second
 * moment never falls goes to -1.
 *
 * Of a transform that gives directions, with these betas, and of one whose updates are steps, of a constant learning rate.
 *
 * @example
 * assertLaws(scaleByAmsgrad({ b1: 0, b2: 1 / 17 }), [
 *   convergesOnReddi(),
 *   exempt('recovers from a huge gradient', 'it never forgets'),
 * ])
 *
 * Source: Reddi et al., arXiv 1904.09237, theorem 1.
 */
export const convergesOnReddi = (given: ReddiOptions = {}): Law => {
  const { C, rate, learningRate } = reddiOptions.read('convergesOnReddi', given)
  return {
    kind: 'law',
    name: `converges on Reddi's counterexample, C = ${showNumber(C)}`,
    statement: "x_t \\to -1 \\text{ for } f_t'(x) = C, -1, -1, C, -1, \\dots",
    trials: fc.constantFrom(0, 1, -1, 0.5).map(x => ({ params: { x: { shape: [1], values: [x] } }, gradients: [] })),
    maxRuns: 4,
    check: (subject, { params }) =>
      scoped(() => {
        const optimizer = optimizerOf(subject)
        const one = (value: number) => ({ x: { shape: [1], values: [value] } })
        const factor = learningRate === undefined ? -rate : rate / learningRate
        let x = params.x?.values[0] ?? 0
        let state = optimizer.init(toTensors(one(x)))
        for (let t = 0; t < steps; t++) {
          const gradient = toTensors(one(t % 3 === 0 ? C : -1))
          const [updates, next] = optimizer.update(gradient, state, toTensors(one(x)), subject.context(t))
          const u = fromTensors(updates).x?.values[0] ?? Number.NaN
          x = Math.max(-1, Math.min(1, x + (factor / Math.sqrt(t + 1)) * u))
          state = next
        }
        return {
          broken:
            x < -0.9 ? undefined : { message: `x is ${showNumber(x)} after ${steps} steps, where -1 is the optimum` },
        }
      }),
  }
}
