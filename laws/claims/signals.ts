/** Claims about moments, averages and signals. */

import { type GradientTransform, tree } from '../../src/index.js'
import { flag, needed, type OptionsOf, options, plain, value } from '../../src/schema/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { dot, firstDifference, norm, someNonZero } from '../compare.js'
import type { Law } from '../law.js'
import { must } from '../must.js'
import { firstBroken, updatesOf } from '../play.js'
import { showNumber } from '../show.js'
import { type Leaf, mapValues, numbers, type Values } from '../values.js'

const momentClaim = options({
  /** $\beta_1$, with $\beta_1^2 < \beta_2$. */
  b1: needed(plain('[0, 1)')),
  /** $\beta_2$, the decay of the second moment. */
  b2: needed(plain('(0, 1)')),
  /** Whether the transform corrects. */
  biasCorrection: flag(true),
})

export interface MomentRatioClaim extends OptionsOf<typeof momentClaim> {}

/**
 * Moment ratio: by Cauchy and Schwarz,
 * $$ \frac{\lvert m_t \rvert}{\sqrt{v_t}} \le \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} \sqrt{\sum_{k<t} (\beta_1^2 / \beta_2)^k}
 *    \le \frac{1 - \beta_1}{\sqrt{(1 - \beta_2)(1 - \beta_1^2 / \beta_2)}}, $$
 * and with bias correction $\sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$ times as much.
 *
 * @example
 * assertLaws(scaleByAdam(), [momentRatio({ b1: 0.9, b2: 0.999 })])
 */
export const momentRatio = (given: MomentRatioClaim): Law => {
  const { b1, b2, biasCorrection } = momentClaim.read('momentRatio', given)
  must(b1 ** 2 < b2, 'b1', b1, `a number in [0, sqrt(b2)), b2 being ${b2}`)
  return {
    kind: 'law',
    name: `moment ratio, (${b1}, ${b2})`,
    statement: '\\lvert m \\rvert / \\sqrt{v} \\le (1 - b_1) / \\sqrt{(1 - b_2)(1 - b_1^2 / b_2)}',
    trials: arbitraryTrial({ maxSteps: 8 }),
    check: (subject, trial) => {
      let near = false
      const broken = firstBroken(updatesOf(subject, trial), (updates, i) => {
        const t = i + 1
        const q = b1 ** 2 / b2
        const correction = biasCorrection ? Math.sqrt(1 - b2 ** t) / (1 - b1 ** t) : 1
        const bound = ((1 - b1) / Math.sqrt(1 - b2)) * Math.sqrt((1 - q ** t) / (1 - q)) * correction
        const found = Math.max(0, ...numbers(updates).map(Math.abs))
        near ||= found > 0.5 * bound
        return found <= bound * (1 + 1e-5)
          ? undefined
          : `the ratio is ${showNumber(found)}, beyond ${showNumber(bound)}`
      })
      return { broken, interesting: near }
    },
  }
}

/**
 * Normalization: a non-negative signal of $n$ elements gives $0 \le S(x) \le n$ with mean at most 1.
 *
 * @param over what the mean is taken over: each `leaf` (default; a unit's mean entails it), or the whole `tree`
 * @example
 * assertLaws(normalizeSignal(), [normalization()])
 */
export const normalization = (over: 'leaf' | 'tree' = 'leaf'): Law => {
  must(over === 'leaf' || over === 'tree', 'over', over, "'leaf' or 'tree'")
  return {
    kind: 'law',
    name: 'normalization',
    statement: 'x \\ge 0 \\implies 0 \\le S(x) \\le n, \\ \\mathrm{mean}\\, S(x) \\le 1',
    trials: arbitraryTrial().map(({ params, gradients }) => ({
      params,
      gradients: gradients.map(mapValues(Math.abs)),
    })),
    check: (subject, trial) => {
      const broken = firstBroken(updatesOf(subject, trial), updates => {
        const groups = over === 'tree' ? [numbers(updates)] : tree.values(updates).map(({ values }: Leaf) => values)
        for (const s of groups) {
          const bad = s.find(x => !(x >= 0 && x <= s.length * (1 + 1e-5)))
          if (bad !== undefined) return `the signal is ${showNumber(bad)} in one of ${s.length} elements`
          const mean = s.reduce((sum, x) => sum + x, 0) / Math.max(1, s.length)
          if (!(mean <= 1 + 1e-5)) return `its mean is ${showNumber(mean)}`
        }
        return undefined
      })
      return { broken, interesting: someNonZero(trial.gradients) }
    },
  }
}

const activityClaim = options({
  /** $\rho$, the decay of the average. */
  rho: needed(plain('[0, 1)')),
})

export interface ActivityClaim extends OptionsOf<typeof activityClaim> {}

/**
 * Activity: an average of magnitudes. It is monotone in $\lvert g \rvert$, and a constant $c$ gives $(1 - \rho^t)\, c$.
 *
 * @example
 * assertLaws(emaActivity(0.95), [activity({ rho: 0.95 })])
 */
export const activity = (given: ActivityClaim): Law => {
  const { rho } = activityClaim.read('activity', given)
  return {
    kind: 'law',
    name: `activity, ${rho}`,
    statement: `\\lvert g \\rvert \\le \\lvert g' \\rvert \\implies a(g) \\le a(g'), \\quad a_t(c) = (1 - ${rho}^t) \\lvert c \\rvert`,
    trials: arbitraryTrial(),
    check: (subject, trial) => {
      const small = updatesOf(subject, trial)
      const large = updatesOf(subject, {
        ...trial,
        gradients: trial.gradients.map(mapValues((g, i) => (i % 2 === 0 ? -2 * g : g))),
      })
      const constant = trial.gradients[0] as Values
      const steady = updatesOf(subject, { ...trial, gradients: trial.gradients.map(() => constant) })
      const broken = firstBroken(steady, (updates, t) => {
        const expected = mapValues(c => (1 - rho ** (t + 1)) * Math.abs(c))(constant)
        const low = numbers(small[t] as Values)
        const high = numbers(large[t] as Values)
        const i = low.findIndex((a, i) => !(a <= (high[i] as number) * (1 + 1e-6)))
        return (
          firstDifference(
            'activity of a constant',
            updates,
            expected,
            leaf => 1e-6 * Math.max(0, ...(expected[leaf]?.values ?? [])) + 1e-37,
          ) ??
          (i < 0
            ? undefined
            : `it falls from ${showNumber(low[i] as number)} to ${showNumber(high[i] as number)} as gradients rise`)
        )
      })
      return { broken, interesting: someNonZero(trial.gradients) }
    },
  }
}

const orthogonalityClaim = options({
  /** $r$, what is projected. */
  r: needed(value<GradientTransform<unknown>>()),
  /** $\lambda$, how much of it is added. */
  lambda: needed(plain('(-inf, inf)')),
  /** $\varepsilon$ of the projection; default 1e-8. */
  eps: plain('(0, inf)', 1e-8),
})

export interface OrthogonalityClaim extends OptionsOf<typeof orthogonalityClaim> {}

/**
 * Orthogonality: what is added is orthogonal to the gradient,
 * $$ \lvert \langle r', g \rangle \rvert \le \lvert \langle r, g \rangle \rvert \frac{\varepsilon}{\lVert g \rVert^2 + \varepsilon} + \text{rounding},
 *    \qquad u = g + \lambda r'. $$
 *
 * @example
 * assertLaws(orthogonalResidual(r, { lambda: 1 }), [orthogonality({ r, lambda: 1 })])
 */
export const orthogonality = (given: OrthogonalityClaim): Law => {
  const { r, lambda, eps } = orthogonalityClaim.read('orthogonality', given)
  return {
    kind: 'law',
    name: 'orthogonality',
    statement:
      "\\lvert \\langle r', g \\rangle \\rvert \\le \\lvert \\langle r, g \\rangle \\rvert \\varepsilon / (\\lVert g \\rVert^2 + \\varepsilon)",
    trials: arbitraryTrial({ minElements: 1 }),
    check: (subject, trial) => {
      const residuals = updatesOf({ ...subject, transform: r }, trial)
      let added = false
      const broken = firstBroken(updatesOf(subject, trial), (updates, t) => {
        for (const [name, { values: u }] of Object.entries(updates)) {
          const g = trial.gradients[t]?.[name]?.values ?? []
          const x = residuals[t]?.[name]?.values ?? []
          const size = norm(g)
          if (size < 1e-15) continue
          const delta = u.map((value, i) => value - (g[i] as number))
          const along = Math.abs(dot(delta, g)) / size
          const allowed = (lambda * Math.abs(dot(x, g)) * (eps / (size ** 2 + eps))) / size
          added ||= norm(delta) > 1e-4 * size
          if (!(along <= allowed * (1 + 1e-4) + 2e-6 * (size + lambda * norm(x))))
            return `what is added to '${name}' goes ${showNumber(along / size)} of the gradient's norm along it`
        }
        return undefined
      })
      return { broken, interesting: added }
    },
  }
}
