/** Comparing values: exactly, within a tolerance, by norm. Each function says the first difference, or nothing. */
import { tree } from '../src/index.js'
import { showNumber } from './show.js'
import { type Slot, showSlot } from './state.js'
import { type Leaf, numbers, type Values } from './values.js'

/** The largest magnitude; 0 where there is none. */
export const largest = (xs: readonly number[]): number => xs.reduce((m, x) => Math.max(m, Math.abs(x)), 0)

/** $\lVert x \rVert$, in double precision. */
export const norm = (xs: readonly number[]): number => Math.hypot(...xs)

/** $\langle x, y \rangle$, in double precision. */
export const dot = (xs: readonly number[], ys: readonly number[]): number =>
  xs.reduce((sum, x, i) => sum + x * (ys[i] as number), 0)

/** Where two leaves differ by more than `tolerance`; with 0, bit for bit but for the sign of zero. NaN equals NaN. */
export const leafDifference = (actual: Leaf, expected: Leaf, tolerance: number): string | undefined => {
  if (actual.shape.join() !== expected.shape.join())
    return `has shape [${actual.shape}], where [${expected.shape}] was expected`
  const i = actual.values.findIndex((x, i) => {
    const y = expected.values[i] as number
    return !(x === y || Math.abs(x - y) <= tolerance || (Number.isNaN(x) && Number.isNaN(y)))
  })
  return i < 0
    ? undefined
    : `is ${showNumber(actual.values[i] as number)} at element ${i}, where ${showNumber(expected.values[i] as number)} was expected`
}

/** Where two trees differ, in leaves, their order, shapes, or values by more than `tolerance` of the leaf. */
export const firstDifference = (
  what: string,
  actual: Values,
  expected: Values,
  tolerance: (leaf: string) => number = () => 0,
): string | undefined => {
  const [ours, theirs] = [tree.names(actual).join("', '"), tree.names(expected).join("', '")]
  if (ours !== theirs) return `${what} has the leaves '${ours}', where '${theirs}' were expected`
  for (const name of tree.names(actual)) {
    const found = leafDifference(actual[name] as Leaf, expected[name] as Leaf, tolerance(name))
    if (found !== undefined) return `${what}['${name}'] ${found}`
  }
  return undefined
}

/** Where two states differ by more than `tolerance` of a slot. */
export const stateDifference = (
  actual: readonly Slot[],
  expected: readonly Slot[],
  tolerance: (slot: Slot, index: number) => number = () => 0,
): string | undefined => {
  if (actual.length !== expected.length)
    return `the state has ${actual.length} values, where ${expected.length} were expected`
  for (const [i, { path, value }] of actual.entries()) {
    const slot = expected[i] as Slot
    if (path.join('\n') !== slot.path.join('\n'))
      return `${showSlot(path)} stands in the state where ${showSlot(slot.path)} was expected`
    const as = (x: Leaf | number): Leaf => (typeof x === 'number' ? { shape: [], values: [x] } : x)
    const found =
      typeof value === typeof slot.value
        ? leafDifference(as(value), as(slot.value), tolerance(slot, i))
        : 'is a number in one and a tensor in the other'
    if (found !== undefined) return `${showSlot(path)} ${found}`
  }
  return undefined
}

/** The first number that is not finite. */
export const notFinite = (what: string, values: Values): string | undefined => {
  for (const [name, leaf] of Object.entries(values)) {
    const i = leaf.values.findIndex(x => !Number.isFinite(x))
    if (i >= 0) return `${what}['${name}'] is ${leaf.values[i]} at element ${i}`
  }
  return undefined
}

/** The first state value that is not finite. */
export const stateNotFinite = (slots: readonly Slot[]): string | undefined => {
  for (const { path, value } of slots) {
    const bad = (typeof value === 'number' ? [value] : value.values).find(x => !Number.isFinite(x))
    if (bad !== undefined) return `${showSlot(path)} holds ${bad}`
  }
  return undefined
}

/**
 * What float32 rounding may do to each leaf's updates, step by step: a part of the largest update so far. What a
 * transform remembers rounds with the size that it had, also after it cancelled.
 */
export const roundingOf =
  (steps: readonly Values[], part: number) =>
  (step: number) =>
  (leaf: string): number =>
    part * largest(steps.slice(0, step + 1).flatMap(updates => updates[leaf]?.values ?? [])) + 1e-37

/** Whether some gradient of the tree is not zero. */
export const someNonZero = (steps: readonly Values[]): boolean => steps.some(step => numbers(step).some(x => x !== 0))
