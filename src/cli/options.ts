/** Options of `plastax compare`: from text to values, or to what is wrong with it. */
import { InvalidArgumentError } from 'commander'
import { type Interval, showInterval, within } from '../schema/hyperparameter.js'
import { suggestion } from '../schema/suggestion.js'
import type { ControlKind } from '../study/controls.js'
import type { NamedVariant } from '../study/variants.js'

/** Which controls may be asked for. */
export const controlKinds = {
  one: ['one'],
  all: ['one', 'averaged', 'shuffled', 'grafted'],
  none: [],
} as const satisfies Readonly<Record<string, readonly ControlKind[]>>

/** What `plastax compare` is asked to do. */
export interface CompareOptions {
  readonly variants: readonly NamedVariant[]
  /** The controls of each variant with plasticity, made from its rule. */
  readonly controls: keyof typeof controlKinds
  /** `'shipped'`, `'full'` or a folder. */
  readonly data: string
  /** Fraction of the training images to use, in (0, 1]. */
  readonly fraction: number
  readonly epochs: number
  /** How many seeds: 0, 1, 2 and so on. */
  readonly seeds: number
  readonly batchSize: number
  readonly json?: string
}

/**
 * A parser of numbers in an interval.
 *
 * @throws InvalidArgumentError, which commander reports with the option and its value
 * @example
 * numberIn('integer in [1, inf)')('10') // 10
 */
export const numberIn =
  (interval: Interval) =>
  (text: string): number => {
    // `Number` alone would read blank text as 0.
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!within(value, interval)) throw new InvalidArgumentError(`It must be ${showInterval(interval)}.`)
    return value
  }

/**
 * A parser of variant names, separated by commas; one named twice counts once.
 *
 * @throws InvalidArgumentError that names the first unknown one, and the nearest or all of those there are
 * @example
 * variantsFrom(variants)('adam, sgd') // two rows
 */
export const variantsFrom =
  (known: readonly NamedVariant[]) =>
  (text: string): readonly NamedVariant[] => {
    const wanted = [...new Set(text.split(',').map(name => name.trim()))].filter(name => name !== '')
    if (wanted.length === 0) throw new InvalidArgumentError('Name at least one variant.')
    return wanted.map(name => {
      const found = known.find(variant => variant.name === name)
      if (found !== undefined) return found
      const names = known.map(variant => variant.name)
      const remedy = suggestion(name, names) || `; there are ${names.join(', ')}`
      throw new InvalidArgumentError(`There is no variant '${name}'${remedy}`)
    })
  }
