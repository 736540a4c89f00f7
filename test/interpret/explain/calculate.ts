/** Calculating what an explanation says, number by number, to hold it against what the transform does. */
import type { Formula, Name } from '../../../src/interpret/explain/formula.js'
import { leafOf, namesOf } from '../../../src/interpret/explain/names.js'
import { rulesOf } from '../../../src/interpret/explain/rule.js'
import { showName } from '../../../src/interpret/explain/text.js'
import type { Machine } from '../../../src/interpret/machine.js'

/** A value of a leaf: one number for each element, or one for all. */
export type Numbers = readonly number[]

const at = (x: Numbers, i: number): number => x[x.length === 1 ? 0 : i] ?? Number.NaN
const each = (f: (...values: number[]) => number, ...xs: readonly Numbers[]): Numbers =>
  Array.from({ length: Math.max(...xs.map(x => x.length)) }, (_, i) => f(...xs.map(x => at(x, i))))
const total = (x: Numbers): number => x.reduce((a, b) => a + b, 0)

const relation: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  and: (a, b) => a !== 0 && b !== 0,
  or: (a, b) => a !== 0 || b !== 0,
}

const elementwise: Readonly<Record<string, (...values: number[]) => number>> = {
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  cos: Math.cos,
  floor: Math.floor,
  sign: Math.sign,
  tanh: Math.tanh,
  sigmoid: (x = 0) => 1 / (1 + Math.exp(-x)),
  clip: (x = 0, lo = 0, hi = 0) => Math.min(Math.max(x, lo), hi),
  isNaN: x => Number(Number.isNaN(x)),
  isFinite: x => Number(Number.isFinite(x)),
  not: x => Number(x === 0),
}

const reductions: Readonly<Record<string, (x: Numbers) => number>> = {
  sum: total,
  mean: x => total(x) / x.length,
  norm: x => Math.hypot(...x),
  min: x => Math.min(...x),
  max: x => Math.max(...x),
}

/** The values of a leaf's lines by name, given those of the inputs. */
export const calculate = (machine: Machine, inputs: (name: Name, leaf: string) => Numbers) => {
  const rules = rulesOf(machine)
  const leaves = machine.signature.present
  const lines = new Map(leaves.map(leaf => [leaf, new Map(rules.of(leaf).map(l => [showName(l.name), l.formula]))]))

  const named = (name: Name, own: string): Numbers => {
    const { leaf = own, ...bare } = name
    const formula = lines.get(leaf)?.get(showName(bare))
    return formula === undefined ? inputs(bare, leaf) : value(formula, leaf)
  }
  const value = (x: Formula, leaf: string): Numbers => {
    const of = (y: Formula): Numbers => value(y, leaf)
    switch (x.kind) {
      case 'number':
        return [x.value]
      case 'name':
        return named(x.name, leaf)
      case 'sum':
        return x.terms.reduce<Numbers>(
          (all, term) => each((a = 0, b = 0) => a + (term.negative ? -b : b), all, of(term.of)),
          [0],
        )
      case 'product':
        return x.factors.reduce<Numbers>((all, factor) => each((a = 0, b = 0) => a * b, all, of(factor)), [1])
      case 'quotient':
        return each((a = 0, b = 0) => a / b, of(x.numerator), of(x.divisor))
      case 'power':
        return each((a = 0, b = 0) => a ** b, of(x.of), of(x.exponent))
      case 'relation':
        return each((a = 0, b = 0) => Number(relation[x.sign]?.(a, b)), of(x.a), of(x.b))
      case 'choice': // NaN counts as a condition that holds; none occurs
        return each((c = 0, a = 0, b = 0) => (c !== 0 ? a : b), of(x.condition), of(x.yes), of(x.no))
      case 'call': {
        const [first] = x.args as [Formula]
        if (x.leaves !== undefined) {
          const over = (x.leaves === 'all' ? leaves : x.leaves).flatMap(other => value(first, other))
          return [reductions[x.of]?.(over) ?? Number.NaN]
        }
        const defined = rules.functions.get(x.of)
        if (defined?.of === 'S') {
          const signal = of(first)
          return each(a => (a ?? 0) / (total(signal) / signal.length + defined.eps), signal)
        }
        if (defined?.of === 'cap') {
          const [y, limit] = [of(first), at(of(x.args[1] as Formula), 0)]
          const norm = Math.hypot(...y)
          return norm > limit ? each((a = 0) => (a * limit) / (norm + defined.eps), y) : y
        }
        const f = elementwise[x.of]
        if (f !== undefined) return each(f, ...x.args.map(of))
        if (x.args.length === 1) return [reductions[x.of]?.(of(first)) ?? Number.NaN]
        return each((...values) => (x.of === 'max' ? Math.max(...values) : Math.min(...values)), ...x.args.map(of))
      }
    }
  }
  const names = namesOf(machine)
  return {
    update: (leaf: string) => named({ word: 'u' }, leaf),
    /** The next value of each state that a line gives, with the path at which to look for it. */
    states: [...machine.slots].flatMap(([input, slot]) => {
      const symbol = names.state(input)
      const leaf = leafOf(slot, names.leaves) ?? leaves[0] ?? ''
      const next = symbol && { ...symbol, next: true }
      return next && lines.get(leaf)?.has(showName(next)) ? [{ path: slot.path, next: () => named(next, leaf) }] : []
    }),
    /** The path of the state that a name means in a leaf. */
    pathOf: (name: Name, leaf: string) =>
      [...machine.slots].find(([input, slot]) => {
        const symbol = names.state(input)
        const own = leafOf(slot, names.leaves) ?? leaf
        return symbol !== undefined && own === leaf && showName(symbol) === showName(name)
      })?.[1].path,
  }
}
