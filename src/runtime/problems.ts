/** What is wrong with data that came from outside: every problem, not only the first. */
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

/** What is wrong with a configuration or a file, one entry a problem: where, and what would be right. */
export type ConfigErrors = ReadonlyNonEmptyArray<string>

/** Whether there are any. fp-ts has it too, at 8 kB gzip-ed for a web page. */
export const isNonEmpty = <A>(list: readonly A[]): list is ReadonlyNonEmptyArray<A> => list.length > 0
