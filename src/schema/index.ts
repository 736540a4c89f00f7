/** Options stated once: their types, defaults, ranges and messages come from one specification. */
export {
  anyOf,
  callback,
  eps,
  type Field,
  flag,
  leaves,
  needed,
  nested,
  oneOf,
  plain,
  real,
  scheduled,
  seed,
  value,
  wordsOr,
  wordWith,
} from './field.js'
export { type Hyperparameter, HyperparameterError, type Interval } from './hyperparameter.js'
export type { Kind, LeafSelector } from './kind.js'
export { type Complete, type Fields, type Options, type OptionsOf, options } from './options.js'
