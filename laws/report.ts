/** What checking found, as data and as text. */
import type { Subject, Trial } from './law.js'
import { showExtra, showValues } from './show.js'
import { numbers } from './values.js'

/** A case in which a law does not hold, shrunk. */
export interface Violation {
  readonly law: string
  readonly statement: string
  readonly message: string
  /** The step at which it shows, from 0, where the law knows. */
  readonly step: number | undefined
  /** What repeats it: `checkLaws(transform, claims, { seed, path })`. */
  readonly seed: number
  readonly path: string
  /** The transform as a source text, parameters, gradients by step, and what else the law drew. */
  readonly counterexample: Trial & { readonly source: string }
  readonly size: { readonly combinators: number; readonly elements: number; readonly steps: number }
}

/** What came of one law. */
export interface LawResult {
  readonly law: string
  readonly runs: number
  /** The share of runs in which the interesting case occurred. */
  readonly coverage: number
  /** `vacuous`: no violation, but the interesting case occurred less often than the law asks for. */
  readonly outcome: 'holds' | 'violated' | 'vacuous'
  /** The least share that the law asks for. */
  readonly required: number
  readonly violation?: Violation
}

/** What came of all laws. */
export interface Report {
  readonly source: string
  readonly seed: number
  readonly holds: boolean
  readonly results: readonly LawResult[]
  /** The universal laws from which the transform is exempt, and why. */
  readonly exemptions: readonly { readonly law: string; readonly because: string }[]
}

/** The size of a counterexample: what a person has to read. What comes after the step that shows it is not counted. */
export const sizeOf = (
  { combinators }: Subject,
  { params, gradients }: Trial,
  step: number | undefined,
): Violation['size'] => ({
  combinators,
  elements: numbers(params).length,
  steps: step === undefined ? gradients.length : step + 1,
})

/** A violation as text. */
export const showViolation = ({ law, statement, message, step, seed, path, counterexample }: Violation): string => {
  const { source, params, gradients, ...rest } = counterexample
  const extra = Object.entries(rest).filter(([, value]) => value !== undefined)
  return [
    `broken law: ${law}`,
    `  statement  ${statement}`,
    `  found      ${step === undefined ? '' : `step ${step + 1}: `}${message}`,
    `  transform  ${source}`,
    `  params     ${showValues(params)}`,
    ...gradients.map((gradient, i) => `  ${`gradient ${i + 1}`.padEnd(10)} ${showValues(gradient)}`),
    ...extra.map(([name, value]) => `  ${name.padEnd(10)} ${showExtra(value)}`),
    `  repeat     { seed: ${seed}, path: '${path}' }`,
  ].join('\n')
}

const percent = (share: number): string => `${Math.round(100 * share)} %`

/**
 * A report as text: a line for each law, and each violation in full.
 *
 * @example
 * console.log(showReport(checkLaws(sgd(), [signSymmetry])))
 */
export const showReport = ({ source, seed, results, exemptions }: Report): string =>
  [
    `${source}, seed ${seed}`,
    ...results.map(({ law, runs, coverage, outcome, required }) =>
      [
        { holds: '  ok      ', violated: '  BROKEN  ', vacuous: '  VACUOUS ' }[outcome],
        law.padEnd(44),
        `${runs} ${runs === 1 ? 'run' : 'runs'}, interesting in ${percent(coverage)}`,
        outcome === 'vacuous' ? `, where ${percent(required)} are needed` : '',
      ].join(''),
    ),
    ...exemptions.map(({ law, because }) => `  exempt  ${law}: ${because}`),
    ...results.flatMap(({ violation }) => (violation ? ['', showViolation(violation)] : [])),
  ].join('\n')
