/** Claims about what happens on convex quadratics, where it is known. */

import * as fc from 'fast-check'
import { needed, type OptionsOf, options, plain } from '../../src/schema/index.js'
import { gradientAt, valueAt } from '../arbitraries/quadratic.js'
import { norm } from '../compare.js'
import { arbitraryDescent, type Descent, descend } from '../descend.js'
import type { Law } from '../law.js'
import { must, positive } from '../must.js'
import { firstBroken } from '../play.js'
import { showNumber } from '../show.js'

const risesClaim = options({
  /** $c$ of the {@link sector}. */
  c: needed(plain('[0, inf)')),
  /** $C$ of the {@link sector}, at least $c$. */
  C: needed(plain('[0, inf)')),
})

export interface NeverRisesClaim extends OptionsOf<typeof risesClaim> {}

/**
 * What a sector entails: on a convex quadratic of curvature $L$, descent by $p' = p - \eta u$ never rises for
 * $\eta < 2c / (C^2 L)$. Checked at 0.98 of that.
 *
 * @example
 * assertLaws(plasticityGate(plasticity()), [neverRises({ c: 0.2, C: 2 })])
 */
export const neverRises = (given: NeverRisesClaim): Law<Descent> => {
  const { c, C } = risesClaim.read('neverRises', given)
  must(C >= c, 'C', C, `a number, at least c (${c})`)
  return {
    kind: 'law',
    name: `never rises on quadratics, (${showNumber(c)}, ${C.toPrecision(4)})`,
    statement: '\\eta < 2c / (C^2 L) \\implies f(p_{t+1}) \\le f(p_t)',
    trials: arbitraryDescent(8, [(0.98 * 2 * c) / C ** 2]),
    check: (subject, descent) => {
      const path = descend(subject, descent)
      const { quadratic } = descent
      return {
        broken: firstBroken(path.slice(1), (p, t) => {
          const before = path[t] as readonly number[]
          const [f, next] = [valueAt(quadratic, before), valueAt(quadratic, p)]
          // Parameters are float32: where they round, so does f.
          const slack = 1e-6 * norm(gradientAt(quadratic, before)) * norm(before) + 1e-12 * norm(before) ** 2
          return next <= f + slack ? undefined : `f rose from ${showNumber(f)} to ${showNumber(next)}`
        }),
      }
    },
  }
}

const limitOptions = options({
  /** Of a transform whose updates are steps already; default none, for one that gives directions. */
  learningRate: plain('(0, inf)'),
})

export interface StabilityLimitOptions extends OptionsOf<typeof limitOptions> {}

/**
 * A sharp stability limit: on quadratics of curvature $L$, $p' = p - \eta u$ converges where $\eta L$ is 0.98 of the limit,
 * and diverges where it is 1.02 of it.
 *
 * @param limit of $\eta L$: $2 (1 + \mu)$ for heavy ball, $(2 + 2\mu) / (1 + 2\mu)$ for Nesterov's momentum
 * @example
 * assertLaws(trace(0.9), [stabilityLimit(2 * 1.9)])
 *
 * Source: Polyak 1964; Lessard et al., arXiv 1408.3595.
 */
export const stabilityLimit = (limit: number, given: StabilityLimitOptions = {}): Law => {
  const { learningRate } = limitOptions.read('stabilityLimit', given)
  must(positive(limit), 'limit', limit, 'a number above 0')
  const length = 400
  const inside = (0.98 * limit) / (learningRate ?? 1)
  const outside = (1.02 * limit) / (learningRate ?? 1)
  return {
    kind: 'law',
    name: `stability limit, ${limit.toPrecision(4)}`,
    statement: `p_t \\to 0 \\iff \\eta L < ${limit.toPrecision(6)}`,
    trials: fc.constant({ params: { p: { shape: [1], values: [1] } }, gradients: [] }),
    maxRuns: 1,
    check: (subject, trial) => {
      const run = (curvature: number) => {
        const quadratic = { eigenvalues: [curvature], angles: [] }
        const rate = learningRate === undefined ? 1 : undefined
        const path = descend(subject, { ...trial, quadratic, rate, steps: length })
        return norm(path.at(-1) ?? [])
      }
      const [converged, diverged] = [run(inside), run(outside)]
      return {
        broken:
          converged < 0.1 && !(diverged < 10)
            ? undefined
            : {
                message: `at 0.98 of the limit p goes from 1 to ${showNumber(converged)}, at 1.02 to ${showNumber(diverged)}, in ${length} steps`,
              },
      }
    },
  }
}

const iteratesOptions = options({
  /** $L$, the curvature; default 100. */
  curvature: plain('(0, inf)', 100),
  /** How long an update may be; default 10. */
  size: plain('(0, inf)', 10),
  /** Of a transform whose updates are steps already; default none. */
  learningRate: plain('(0, inf)'),
})

export interface BoundedIteratesOptions extends OptionsOf<typeof iteratesOptions> {}

/**
 * Bounded iterates on quadratics, over three decades of learning rate: descent stays within
 * $10 \, \tfrac{L}{\lambda_{min}} (\lVert p_0 \rVert + \eta\, \mathit{size})$, also where $\eta L > 2$ and plain gradient descent explodes.
 *
 * @example
 * assertLaws(homeostasis(), [boundedIterates()])
 */
export const boundedIterates = (given: BoundedIteratesOptions = {}): Law<Descent> => {
  const { curvature, size, learningRate } = iteratesOptions.read('boundedIterates', given)
  return {
    kind: 'law',
    name: 'bounded iterates on quadratics',
    statement: '\\lVert p_t \\rVert \\le 10 \\tfrac{L}{\\lambda_{min}} (\\lVert p_0 \\rVert + \\eta\\, \\mathit{size})',
    trials: arbitraryDescent(30, [1e-3, 1e-2, 0.1, 1]).map(descent => ({
      ...descent,
      rate: learningRate === undefined ? descent.rate : undefined,
      quadratic: {
        ...descent.quadratic,
        // Where the rate is the transform's own, the curvature spans the decades.
        eigenvalues: descent.quadratic.eigenvalues.map(
          eigenvalue => eigenvalue * curvature * (learningRate === undefined ? 1 : (descent.rate ?? 1) / learningRate),
        ),
      },
    })),
    check: (subject, descent) => {
      const { eigenvalues } = descent.quadratic
      const condition = (eigenvalues[0] as number) / Math.min(...eigenvalues)
      const rate = descent.rate ?? learningRate ?? 1
      const start = norm(descent.params.p?.values ?? [])
      const bound = 10 * condition * (start + rate * size)
      return {
        broken: firstBroken(descend(subject, descent).slice(1), p =>
          norm(p) <= bound
            ? undefined
            : `p is ${showNumber(norm(p))} from the optimum, where it began at ${showNumber(start)}`,
        ),
        interesting: rate * (eigenvalues[0] as number) > 2,
      }
    },
  }
}
