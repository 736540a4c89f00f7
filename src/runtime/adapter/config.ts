/** An optimizer as the text that a saved model holds, and back. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { GradientTransform } from '../../transform/types.js'
import type { ConfigErrors } from '../problems.js'

/** What makes a transform from a configuration. */
export type Reader = (
  config: unknown,
  options: { readonly warn: (message: string) => void },
) => E.Either<ConfigErrors, GradientTransform<unknown>>

let reader: Reader | undefined

/** Gives the adapter what reads configurations. It knows all optimizers, and who uses one has no need to load them. */
export const setReader = (given: Reader): void => {
  reader = given
}

/** Where a value is not one that JSON holds as it is, and what it is instead. */
const unspeakable = (value: unknown, path: string): readonly string[] => {
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean') return []
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`'${path}' is ${value}`]
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
  if (typeof value !== 'object' || !plain)
    return [
      `'${path}' is ${typeof value === 'function' ? 'a function' : 'computed'}, which a configuration cannot describe`,
    ]
  return Object.entries(value).flatMap(([key, part]) => unspeakable(part, path === '' ? key : `${path}.${key}`))
}

const refusal = (reasons: readonly string[]): Error =>
  new Error(
    `this optimizer cannot be saved as a configuration: ${reasons.join('; ')}. Save the model without its optimizer, and the state with encodeState or getWeights`,
  )

const quiet = { warn: () => undefined }

/**
 * A transform and the options of its adapter as one line of JSON. TensorFlow.js turns every `_a` of a loaded configuration into
 * `A`, in strings too: none is in it.
 *
 * @throws Error naming each option that a configuration cannot say
 */
export const describe = ({ config }: GradientTransform<unknown>, options: object): string => {
  if (config === undefined)
    throw refusal(['only what an optimizer of the catalogue makes, or fromConfig, knows how it was made'])
  const reasons = [...unspeakable(config, ''), ...unspeakable(options, '')]
  if (reasons.length > 0) throw refusal(reasons)
  const text = JSON.stringify({ config, options })
  const decoded = reader?.(JSON.parse(text).config, quiet)
  if (decoded !== undefined && E.isLeft(decoded)) throw refusal(decoded.left)
  return text.replaceAll('_', '\\u005f')
}

/** What {@link describe} described. @throws Error with every problem, or with what to import */
export const undescribe = (
  text: unknown,
): readonly [transform: GradientTransform<unknown>, options: { readonly learningRate?: number }] => {
  const { config, options } = JSON.parse(String(text)) as {
    readonly config: unknown
    readonly options: { readonly learningRate?: number }
  }
  return [transformOf(config, 'this model was saved with its optimizer'), options]
}

/** The transform of a configuration. @throws TypeError with every problem, Error with what to import */
export const transformOf = (
  config: unknown,
  what = 'this is the configuration of an optimizer',
): GradientTransform<unknown> => {
  if (reader === undefined)
    throw new Error(`${what}, which is read once 'plastax/config' is imported: import 'plastax/config'`)
  return pipe(
    // Whoever wrote it has been warned.
    reader(config, quiet),
    E.getOrElseW(errors => {
      throw new TypeError(`this configuration is of no optimizer: ${errors.join('; ')}`)
    }),
  )
}
