/** Convex quadratics, on which what an optimizer does is known. */
import * as fc from 'fast-check'
import { dot, norm } from '../compare.js'

/** $f(p) = \tfrac12 p^\top H p$ with $H = Q\, \mathrm{diag}(\lambda)\, Q^\top$. */
export interface Quadratic {
  /** The eigenvalues $\lambda > 0$; the first is the largest, the curvature $L$. */
  readonly eigenvalues: readonly number[]
  /** Angles of the rotations, in the planes of neighbouring axes, whose product is $Q$. */
  readonly angles: readonly number[]
}

/** $Q x$, a product of rotations in the planes (i, i + 1). */
export const rotate = (angles: readonly number[], x: readonly number[]): readonly number[] =>
  angles.slice(0, Math.max(0, x.length - 1)).reduce<readonly number[]>((v, angle, i) => {
    const [a, b] = [v[i] as number, v[i + 1] as number]
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    return v.with(i, c * a - s * b).with(i + 1, s * a + c * b)
  }, x)

/** $Q^\top x$. */
export const rotateBack = (angles: readonly number[], x: readonly number[]): readonly number[] =>
  angles.slice(0, Math.max(0, x.length - 1)).reduceRight<readonly number[]>((v, angle, i) => {
    const [a, b] = [v[i] as number, v[i + 1] as number]
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    return v.with(i, c * a + s * b).with(i + 1, c * b - s * a)
  }, x)

/** $\nabla f(p) = H p$, in double precision. */
export const gradientAt = ({ eigenvalues, angles }: Quadratic, p: readonly number[]): readonly number[] =>
  rotate(
    angles,
    rotateBack(angles, p).map((x, i) => x * (eigenvalues[i] as number)),
  )

/** $f(p)$. */
export const valueAt = (quadratic: Quadratic, p: readonly number[]): number => dot(p, gradientAt(quadratic, p)) / 2

/** The distance of $p$ from the optimum, which is 0. */
export const distance = norm

/**
 * Convex quadratics of 1 to `maxDimensions` dimensions, randomly rotated, with curvature `curvature` and eigenvalues down
 * to a hundredth of it.
 *
 * @param maxDimensions default 4
 * @param curvature $L$, the largest eigenvalue; default 1
 */
export const arbitraryQuadratic = (maxDimensions = 4, curvature = 1): fc.Arbitrary<Quadratic> =>
  fc
    .record({
      rest: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: maxDimensions - 1, size: 'max' }),
      turns: fc.array(fc.integer({ min: 0, max: 24 }), { minLength: maxDimensions, maxLength: maxDimensions }),
    })
    .map(({ rest, turns }) => ({
      eigenvalues: [curvature, ...rest.map(percent => (percent / 100) * curvature)],
      angles: turns.slice(0, rest.length).map(turn => (turn * Math.PI) / 12),
    }))
