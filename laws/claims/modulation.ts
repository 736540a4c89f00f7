/** Claims about what stands between gradient and update: a factor, or a difference, of bounded size. */

import { type GradientTransform, identity } from '../../src/index.js'
import { needed, type OptionsOf, options, plain, value } from '../../src/schema/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { dot, norm, someNonZero } from '../compare.js'
import type { Law, Trial } from '../law.js'
import { must } from '../must.js'
import { firstBroken, updatesOf } from '../play.js'
import { showNumber } from '../show.js'

const leaf = (...values: readonly number[]) => ({ w: { shape: [values.length], values: values.map(Math.fround) } })

/** Norms below this are not looked at. */
const smallest = 1e-24

/**
 * A gradient history that drives a coefficient apart from the gradient's own: one element has all the activity, then the
 * other all the gradient, which moreover cancels what it gave to the moments. A coefficient that extrapolates turns
 * negative here, $2 \cdot 0.8 - 2 = -0.4$ at scale 2, which random gradients seldom bring about.
 */
const activityElsewhere: Trial = { params: leaf(0, 0), gradients: [leaf(1000, -1 / 0.9), leaf(0, 1)] }

const modulationClaim = options({
  /** The least factor. */
  lo: needed(plain('(-inf, inf)')),
  /** The greatest factor, at least `lo`. */
  hi: needed(plain('(-inf, inf)')),
})

export interface ModulationClaim extends OptionsOf<typeof modulationClaim> {}

/**
 * Bounded modulation: $u = k \odot g$ with each $k_i \in [lo, hi]$.
 *
 * @param bounds.lo least factor, also negative for a transform that steps downhill
 * @param bounds.hi greatest factor
 * @example
 * assertLaws(plasticityGate(plasticity()), [boundedModulation({ lo: 0.2, hi: 2 })])
 */
export const boundedModulation = (given: ModulationClaim): Law => {
  const { lo, hi } = modulationClaim.read('boundedModulation', given)
  must(hi >= lo, 'hi', hi, `a number, at least lo (${lo})`)
  return {
    kind: 'law',
    name: `bounded modulation, [${lo}, ${hi}]`,
    statement: `u = k \\odot g, \\quad ${lo} \\le k_i \\le ${hi}`,
    trials: arbitraryTrial(),
    witnesses: [activityElsewhere],
    check: (subject, trial) => {
      // Factors are float32, and so are their products.
      const slack = 2e-6 * Math.max(Math.abs(lo), Math.abs(hi))
      const factors: number[] = []
      const broken = firstBroken(updatesOf(subject, trial), (updates, t) => {
        for (const [name, { values }] of Object.entries(updates))
          for (const [i, u] of values.entries()) {
            const g = trial.gradients[t]?.[name]?.values[i] as number
            if (g === 0 && u !== 0)
              return `updates['${name}'] is ${showNumber(u)} at element ${i}, where the gradient is 0`
            // Below this, a product rounds to a number of fewer digits.
            if (Math.abs(g) < 1e-34) continue
            const k = u / g
            if (!(k >= lo - slack && k <= hi + slack))
              return `updates['${name}'] is ${showNumber(k)} times the gradient at element ${i}`
            factors.push(k)
          }
        return undefined
      })
      const spread = factors.length > 0 ? Math.max(...factors) - Math.min(...factors) : 0
      return { broken, interesting: lo === hi ? factors.length > 0 : spread > 1e-3 * (hi - lo) }
    },
  }
}

const deviationClaim = options({
  /** $\kappa$, how far the update may be off, as a part of the base. */
  kappa: needed(plain('[0, inf)')),
  /** What it may be off from; default `identity`. */
  base: value<GradientTransform<unknown>>(),
})

export interface DeviationClaim extends OptionsOf<typeof deviationClaim> {}

/**
 * Bounded deviation: $\lVert u - b \rVert \le \kappa \lVert b \rVert$ for each leaf, where $b$ is what a base gives.
 *
 * @example
 * assertLaws(boundedResidual(r, 0.5), [boundedDeviation({ kappa: 0.5 })])
 */
export const boundedDeviation = (given: DeviationClaim): Law => {
  const { kappa, base = identity } = deviationClaim.read('boundedDeviation', given)
  return {
    kind: 'law',
    name: `bounded deviation, ${kappa}`,
    statement: `\\lVert u - b \\rVert \\le ${kappa} \\lVert b \\rVert`,
    trials: arbitraryTrial({ minElements: 1 }),
    witnesses: [activityElsewhere],
    check: (subject, trial) => {
      const bases = updatesOf({ ...subject, transform: base }, trial)
      let deviates = false
      const broken = firstBroken(updatesOf(subject, trial), (updates, t) => {
        for (const [name, { values }] of Object.entries(updates)) {
          const b = bases[t]?.[name]?.values ?? []
          // A cap's factor, at most this over 1e13, would have fewer digits than float32 has.
          if (norm(b) < smallest) continue
          const [deviation, size] = [norm(values.map((u, i) => u - (b[i] as number))), norm(b)]
          deviates ||= deviation > 1e-5 * size
          if (!(deviation <= (kappa + 2e-6) * size + 1e-37))
            return `updates['${name}'] is ${showNumber(deviation / size)} of its base's norm away from it`
        }
        return undefined
      })
      return { broken, interesting: kappa === 0 ? someNonZero(trial.gradients) : deviates }
    },
  }
}

const sectorClaim = options({
  /** $c$: at least so much goes down the gradient. */
  c: needed(plain('[0, inf)')),
  /** $C$: at most so long, and at least $c$. */
  C: needed(plain('[0, inf)')),
  /** Leaves with a smaller gradient norm are not looked at, for rules whose $\varepsilon$ then matters; default 0. */
  beyond: plain('[0, inf]', 0),
})

export interface Sector extends OptionsOf<typeof sectorClaim> {}

/**
 * Sector: $\langle u, g \rangle \ge c \lVert g \rVert^2$ and $\lVert u \rVert \le C \lVert g \rVert$ for each leaf.
 *
 * @example
 * assertLaws(orthogonalResidual(r, { maxRatio: 0.5 }), [sector({ c: 1, C: Math.hypot(1, 0.5), beyond: 1 })])
 */
export const sector = (given: Sector): Law => {
  const { c, C, beyond } = sectorClaim.read('sector', given)
  must(C >= c, 'C', C, `a number, at least c (${c})`)
  return {
    kind: 'law',
    name: `sector, (${showNumber(c)}, ${C.toPrecision(4)})`,
    statement: '\\langle u, g \\rangle \\ge c \\lVert g \\rVert^2, \\quad \\lVert u \\rVert \\le C \\lVert g \\rVert',
    trials: arbitraryTrial({ minElements: 1 }),
    witnesses: [activityElsewhere],
    check: (subject, trial) => {
      let seen = false
      const broken = firstBroken(updatesOf(subject, trial), (updates, t) => {
        for (const [name, { values: u }] of Object.entries(updates)) {
          const g = trial.gradients[t]?.[name]?.values ?? []
          const size = norm(g)
          if (size < Math.max(beyond, smallest)) continue
          seen = true
          // Of unit length, so that the squares of tiny gradients do not vanish.
          const along = dot(
            u.map(x => x / size),
            g.map(x => x / size),
          )
          if (!(along >= c - 4e-6 * C))
            return `<u, g> is ${showNumber(along)} of the gradient's squared norm in '${name}'`
          if (!(norm(u) <= (C + 4e-6 * C) * size))
            return `updates['${name}'] is ${showNumber(norm(u) / size)} times as long as the gradient`
        }
        return undefined
      })
      return { broken, interesting: seen }
    },
  }
}
