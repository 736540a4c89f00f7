/** The options of a function, stated once: what each may be and is by default, as data; words for readers are comments. */
import type { Field } from './field.js'
import { checked } from './kind.js'
import { suggestion } from './suggestion.js'

/** Options by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>

type Given<F> = F extends Field<infer T> ? T : never
type Needed<F> = {
  [K in keyof F]: F[K] extends Field<unknown, infer _, infer D> ? ([D] extends [never] ? K : never) : never
}[keyof F]

// Mapped over the fields themselves, so that each option keeps the words of its field.
type Taken<F, Absent> = { readonly [K in keyof Omit<F, Needed<F>>]?: Given<F[K]> | Absent } & {
  readonly [K in keyof Pick<F, Needed<F>>]: Given<F[K]>
}

/** All options, with defaults where none were given. */
export type Complete<F> = { readonly [K in keyof F]: Given<F[K]> }

/** The options of a function. */
export interface Options<F> {
  readonly fields: F
  /**
   * The options given, checked, and defaults for the others. `undefined` is as good as absent.
   *
   * @param who takes them
   * @throws HyperparameterError where an option is not of its kind
   * @throws TypeError where it is none of these, naming the nearest that there is, or all
   */
  readonly read: (who: string, given: Taken<F, undefined>) => Complete<F>
  /** Those of a larger record. */
  readonly from: <R extends object>(record: R) => Pick<R, keyof R & keyof F>
}

/**
 * What may be given to a function, each option with its words. Where `Absent` is `undefined`, options may be that.
 *
 * An interface that extends it has a name for messages; where it has fields of another file too, it extends that one's
 * interface as well, for a declaration file leaves another file's comments out.
 */
export type OptionsOf<O, Absent = never> = O extends Options<infer F> ? Taken<F, Absent> : never

const isPlain = (x: unknown): x is object => typeof x === 'object' && x !== null && !Array.isArray(x)

/** Refuses what is no record, and names that are none of a function's. */
const admitNames = (who: string, given: unknown, known: readonly string[]): void => {
  if (!isPlain(given))
    throw new TypeError(`${who} takes its options as an object, { ${known.join(', ')} }; got ${String(given)}`)
  for (const key of Object.keys(given))
    if (!known.includes(key))
      throw new TypeError(
        `${who} has no option '${key}'${suggestion(key, known) || `; there are '${known.join("', '")}'`}`,
      )
}

/**
 * The options of a function, from what each may be.
 *
 * @example
 * const own = options({ decay: real('[0, 1)', 0.9) })
 * const { decay } = own.read('average', { decay: 0.5 })
 */
export const options = /* @__NO_SIDE_EFFECTS__ */ <F extends Fields>(fields: F): Options<F> => {
  const names = Object.keys(fields)
  const one = (name: string, value: unknown): unknown => {
    const { kind, fallback, needed } = fields[name] as Field<unknown> // of these names
    return value === undefined && needed === undefined ? fallback : checked(kind, name, value)
  }
  return {
    fields,
    read: (who, given) => {
      admitNames(who, given, names)
      const values = given as Readonly<Record<string, unknown>>
      return Object.fromEntries(names.map(name => [name, one(name, values[name])])) as Complete<F> // name by name
    },
    // Names that the record has and the fields too.
    from: <R extends object>(record: R) =>
      Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name))) as Pick<R, keyof R & keyof F>,
  }
}
