/** Candidates: the settings that selection chooses from. */
import type { Settings, Variant } from './types.js'

/**
 * Every combination of some values, the last key varying first: as many as the product of the numbers of values.
 *
 * @param axes for each key its values; a value may be a record, such as one of a grid of its own
 * @example
 * grid({ learningRate: [0.1, 0.3], plasticity: grid({ warmupEpochs: [0, 2], plasticityScale: [1, 2] }) }) // 8 candidates
 */
export const grid = <T extends object>(axes: { readonly [K in keyof T]: readonly T[K][] }): readonly T[] =>
  Object.entries<readonly unknown[]>(axes).reduce<readonly object[]>(
    (records, [key, values]) => records.flatMap(record => values.map(value => ({ ...record, [key]: value }))),
    [{}],
  ) as readonly T[]

/**
 * Learning rates about one, evenly spaced by their logarithms, to two digits.
 *
 * @param center above 0; one of them where `count` is odd
 * @param count how many, an integer >= 1
 * @param decades from the least to the greatest; default half a decade from one to the next, and 2 at most
 * @example
 * learningRates(0.1, 5) // [0.01, 0.032, 0.1, 0.32, 1]
 */
export const learningRates = (
  center: number,
  count: number,
  decades = Math.min(2, (count - 1) / 2),
): readonly number[] =>
  Array.from({ length: count }, (_, i) => {
    const place = count === 1 ? 0 : i / (count - 1) - 0.5
    return Number((center * 10 ** (decades * place)).toPrecision(2))
  })

/** The candidates of a variant, each whole; by default five learning rates about its own, half a decade apart. */
export const candidatesOf = ({ settings, candidates }: Variant): readonly Settings[] =>
  (candidates ?? learningRates(settings.learningRate, 5).map(learningRate => ({ learningRate }))).map(candidate => ({
    ...settings,
    ...candidate,
  }))
