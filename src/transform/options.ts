/** Options as JavaScript gives them: a name that is none of a function's is refused. */
import { suggestion } from '../schema/suggestion.js'

const isPlain = (x: unknown): x is object => typeof x === 'object' && x !== null && !Array.isArray(x)

/**
 * The options themselves, if each of them is one of a function's.
 *
 * @param who takes them
 * @param known the names of all
 * @throws TypeError naming function and option, with the nearest that there is, or all
 */
export const admitOptions = <O>(who: string, options: O, known: readonly string[]): O => {
  if (!isPlain(options))
    throw new TypeError(`${who} takes its options as an object, { ${known.join(', ')} }; got ${String(options)}`)
  for (const key of Object.keys(options))
    if (!known.includes(key))
      throw new TypeError(
        `${who} has no option '${key}'${suggestion(key, known) || `; there are '${known.join("', '")}'`}`,
      )
  return options
}
