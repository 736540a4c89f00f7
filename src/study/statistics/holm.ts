/** Holm's correction of p-values for the number of comparisons. */

/**
 * Corrects p-values so that with probability `1 - error` no comparison without an effect is taken for one, whichever of
 * them depend on each other.
 *
 * $$ \tilde p_{(i)} = \max_{j \le i} \min(1, (m - j + 1)\, p_{(j)}) $$
 *
 * @param values p-values of all comparisons, each in [0, 1]
 * @returns corrected p-values, in the order of the given ones
 * @example
 * holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 * @see Holm, A simple sequentially rejective multiple test procedure, 1979
 */
export const holm = (values: readonly number[]): readonly number[] => {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number))
  const corrected = new Array<number>(values.length)
  let largest = 0
  order.forEach((at, i) => {
    largest = Math.max(largest, Math.min(1, (values.length - i) * (values[at] as number)))
    corrected[at] = largest
  })
  return corrected
}

/**
 * The fewest seeds with which every comparison of a study can be significant after Holm's correction.
 *
 * $$ n = \lceil 1 + \log_2 (m / \epsilon) \rceil $$
 *
 * @param comparisons how many, an integer >= 1
 * @param error in (0, 1)
 * @example
 * seedsNeeded(14, 0.05) // 10
 */
export const seedsNeeded = (comparisons: number, error: number): number => Math.ceil(1 + Math.log2(comparisons / error))
