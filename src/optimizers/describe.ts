/** Optimizers that know their names: what makes one from options says how it was made, and as data what each option may be. */
import type { Complete, Fields, Options } from '../schema/index.js'
import { configured } from '../transform/configured.js'
import type { GradientTransform } from '../transform/index.js'

/** A function from options to a transform, which also says what its options are. */
export interface Described<O, T> {
  (options?: O): T
  /** The names of the options. */
  readonly options: readonly string[]
  /** What each may be, and is by default. */
  readonly fields: Fields
}

/**
 * Gives an optimizer its name: `config` of the transforms that it makes is `{ optimizer: name, ...options }`. `O` is what its
 * options are called where they are taken.
 *
 * @param options what each may be
 * @param make the optimizer, of options that are checked and complete
 */
export const described =
  <O extends object>() =>
  <F extends Fields, T extends GradientTransform<unknown>>(
    name: string,
    options: Options<F>,
    make: (options: Complete<F>) => T,
  ): Described<O, T> => {
    const optimizer = (given = {} as O): T =>
      // every option may be absent
      configured(make(options.read(name, given as Parameters<typeof options.read>[1])), { optimizer: name, ...given })
    return Object.assign(optimizer, { options: Object.keys(options.fields), fields: options.fields })
  }
