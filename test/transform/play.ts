/** Running a transform for a few steps on waves of numbers. */
import { expect } from 'vitest'
import * as P from '../../src/index.js'
import { type Flat, flat, type Shapes, tensors } from '../support/tensors.js'

export const wave = (n: number, phase = 0): readonly number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(1.7 * i + phase))
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, k) => n * k, 1)
export const waves = (shapes: Shapes, phase = 0): Flat =>
  Object.fromEntries(Object.entries(shapes).map(([leaf, shape], i) => [leaf, wave(sizeOf(shape), phase + i)]))

export interface Run {
  readonly shapes?: Shapes
  readonly params?: Flat
  readonly gradients?: readonly Flat[]
  readonly context?: P.StepContext
}

export const usual = { kernel: [3, 2], bias: [2] }

/** Updates step by step; a gradient may lack leaves. */
export const updates = (
  transform: P.GradientTransform<unknown>,
  { shapes = usual, params = waves(shapes), gradients = [waves(shapes, 1), waves(shapes, 2)], context = {} }: Run = {},
): readonly Flat[] => {
  const optimizer = P.compile(transform)
  const p = tensors(params, shapes)
  let state = optimizer.init(p)
  return gradients.map(gradient => {
    const present = Object.fromEntries(Object.entries(shapes).filter(([leaf]) => gradient[leaf] !== undefined))
    const [u, next] = optimizer.update(tensors(gradient, present), state, p, context)
    state = next
    return flat(u)
  })
}

/** The update of one leaf after one step. */
export const once = (
  transform: P.GradientTransform<unknown>,
  shape: readonly number[],
  g: readonly number[],
  p = wave(g.length),
) => updates(transform, { shapes: { x: shape }, params: { x: p }, gradients: [{ x: g }] })[0]?.x ?? []

export const close = (xs: readonly number[], digits = 5) => xs.map(x => expect.closeTo(x, digits))
