/** Claims about the size of updates. */
import { type OptionsOf, options, plain } from '../../src/schema/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, largest, norm, someNonZero } from '../compare.js'
import type { Law } from '../law.js'
import { finite, must, positive } from '../must.js'
import { firstBroken, updatesOf } from '../play.js'
import { showNumber } from '../show.js'
import { mapValues, numbers, type Values } from '../values.js'

const boundedOptions = options({
  /**
   * A gradient norm beyond which the bound is attained: $\\lVert u \\rVert = c$. For settings that make the bound sharp;
   * default never.
   */
  attainedBeyond: plain('[0, inf]', Number.POSITIVE_INFINITY),
})

export interface BoundedUpdateNormOptions extends OptionsOf<typeof boundedOptions> {}

/**
 * Update-norm bound: $\lVert u \rVert \le c$ for each leaf.
 *
 * @param bound $c > 0$
 * @example
 * assertLaws(homeostasis(), [boundedUpdateNorm(1.5)])
 */
export const boundedUpdateNorm = (bound: number, given: BoundedUpdateNormOptions = {}): Law => {
  const { attainedBeyond } = boundedOptions.read('boundedUpdateNorm', given)
  must(positive(bound), 'bound', bound, 'a number above 0')
  return {
    kind: 'law',
    name: `update norm at most ${showNumber(bound)}`,
    statement: `\\lVert u \\rVert \\le ${bound}`,
    trials: arbitraryTrial(),
    check: (subject, trial) => {
      let binds = false
      const broken = firstBroken(updatesOf(subject, trial), (updates, t) => {
        for (const [name, { values }] of Object.entries(updates)) {
          const size = norm(trial.gradients[t]?.[name]?.values ?? [])
          const found = norm(values)
          binds ||= size > bound
          if (!(found <= bound * (1 + 4e-6))) return `updates['${name}'] has norm ${showNumber(found)}`
          if (size > attainedBeyond && !(found >= bound * (1 - 1e-5)))
            return `updates['${name}'] has norm ${showNumber(found)} only, for a gradient of norm ${showNumber(size)}`
        }
        return undefined
      })
      return { broken, interesting: binds }
    },
  }
}

/** Over what a norm is taken that a clip bounds. */
export type ClipScope = 'element' | 'leaf' | 'tree'

/**
 * What a clip is: idempotent, nonexpansive, the identity inside its ball, and (for norms) parallel to the gradient:
 * $$ C(C(g)) = C(g), \quad \lVert C(a) - C(b) \rVert \le \lVert a - b \rVert, \quad \lVert g \rVert \le c \implies C(g) = g, \quad C(g) = k g. $$
 *
 * @param scope of the norm that is bounded: each `element`, each `leaf`, or the whole `tree`
 * @param radius $c$, the bound
 * @example
 * assertLaws(clipByNorm(1), [clip('leaf', 1)])
 *
 * Source: projections onto convex sets, Boyd and Vandenberghe 2004, section 8.1.
 */
export const clip = (scope: ClipScope, radius: number): Law => {
  must(['element', 'leaf', 'tree'].includes(scope), 'scope', scope, "'element', 'leaf' or 'tree'")
  must(positive(radius), 'radius', radius, 'a number above 0')
  return {
    kind: 'law',
    name: `clips to ${radius} by ${scope}`,
    statement:
      'C(C(g)) = C(g), \\ \\lVert C(a) - C(b) \\rVert \\le \\lVert a - b \\rVert, \\ \\lVert g \\rVert \\le c \\Rightarrow C(g) = g \\parallel C(g)',
    trials: arbitraryTrial({ minSteps: 2 }),
    coverage: 0.3,
    check: (subject, trial) => {
      const clipped = updatesOf(subject, trial)
      const twice = updatesOf(subject, { ...trial, gradients: clipped })
      const groups = (values: Values): readonly (readonly number[])[] =>
        scope === 'tree'
          ? [numbers(values)]
          : scope === 'leaf'
            ? Object.values(values).map(leaf => leaf.values)
            : numbers(values).map(x => [x])
      const minus = (a: Values, b: Values): Values => mapValues((x, i, leaf) => x - (b[leaf]?.values[i] as number))(a)
      let binds = false
      const broken = firstBroken(clipped, (c, t) => {
        const g = trial.gradients[t] as Values
        const inputs = groups(g)
        for (const [k, u] of groups(c).entries()) {
          const x = inputs[k] as readonly number[]
          const size = norm(x)
          const inside = size <= radius * (1 - 1e-6)
          binds ||= size > radius
          if (inside && u.some((value, i) => value !== x[i])) return `a gradient of norm ${showNumber(size)} is changed`
          if (norm(u) > radius * (1 + 2e-6)) return `an update has norm ${showNumber(norm(u))}`
          const factor = size === 0 ? 0 : norm(u) / size
          if (u.some((value, i) => Math.abs(value - factor * (x[i] as number)) > 2e-6 * radius))
            return 'an update is not parallel to its gradient'
        }
        const again = firstDifference('the update clipped again', twice[t] as Values, c, () => 2e-6 * radius)
        if (again !== undefined || t === 0) return again
        const [before, from] = [clipped[t - 1] as Values, trial.gradients[t - 1] as Values]
        const [moved, distance] = [groups(minus(c, before)).map(norm), groups(minus(g, from)).map(norm)]
        const k = moved.findIndex((d, i) => d > (distance[i] as number) * (1 + 1e-6) + 4e-6 * radius)
        return k < 0
          ? undefined
          : `two gradients ${showNumber(distance[k] as number)} apart give updates ${showNumber(moved[k] as number)} apart`
      })
      return { broken, interesting: binds }
    },
  }
}

/**
 * Decoupled decay: parameters enter as $-\eta\lambda p$ alone, $u(g, p) - u(g, 0) = -\eta \lambda p$. Coupled decay, which goes
 * through the moments, fails.
 *
 * @param rate $\eta\lambda$
 * @example
 * assertLaws(adamw({ learningRate: 0.01, weightDecay: 0.1 }), [decays, decoupledDecay(0.001)])
 *
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export const decoupledDecay = (rate: number): Law => {
  must(finite(rate), 'rate', rate, 'a number')
  return {
    kind: 'law',
    name: `decoupled decay, ${showNumber(rate)}`,
    statement: `u(g, p) - u(g, 0) = -(${rate}) p`,
    trials: arbitraryTrial({ magnitudes: 'typical' }),
    check: (subject, trial) => {
      const without = updatesOf(subject, { ...trial, params: mapValues(() => 0)(trial.params) })
      const broken = firstBroken(updatesOf(subject, trial), (updates, t) => {
        const expected = mapValues((u, i, leaf) => u - rate * (trial.params[leaf]?.values[i] as number))(
          without[t] as Values,
        )
        return firstDifference(
          'updates',
          updates,
          expected,
          leaf =>
            1e-6 *
            (largest(without[t]?.[leaf]?.values ?? []) + Math.abs(rate) * largest(trial.params[leaf]?.values ?? [])),
        )
      })
      return { broken, interesting: someNonZero([trial.params]) }
    },
  }
}
