/** Checking laws on a transform, on the current backend. */

import * as fc from 'fast-check'
import { compile, type GradientTransform, type StepContext } from '../src/index.js'
import { callback, type OptionsOf, options, plain, value } from '../src/schema/index.js'
import { admitTransform } from '../src/transform/admit.js'
import type { Claim, Law, Subject, Trial, Verdict } from './law.js'
import { type LawResult, type Report, showReport, sizeOf, type Violation } from './report.js'
import { universalLaws } from './universal/index.js'
import { scoped } from './values.js'

const subjectOptions = options({
  /** How the transform is written; default `'transform'`. */
  source: value<string, 'transform'>('transform'),
  /** Of how many transforms it is made; default 1. */
  combinators: plain('integer in [0, inf)', 1),
  /** What steps know: fixed, or by step (from 0). By default epoch 1, 2, ... of 8, and a falling loss. */
  context: value<StepContext | ((step: number) => StepContext)>(),
  /** What makes it ready to run; default `compile`. */
  compile: callback<Subject['compile']>(),
})

/** What a transform is and how it is run, apart from itself. */
export interface SubjectOptions extends OptionsOf<typeof subjectOptions> {}

const runOptions = options({
  /** Runs of each law; default 50. */
  runs: plain('integer in [1, inf)', 50),
  /** What is drawn; default random. A violation says its own. */
  seed: plain('(-inf, inf)'),
  /** The one case to repeat, as a violation says it; a law that has no such case is left out. */
  path: value<string>(),
})

/** How a law is checked. */
export interface RunOptions extends OptionsOf<typeof runOptions> {}

const checkOptions = options({ ...subjectOptions.fields, ...runOptions.fields })

export type CheckOptions = SubjectOptions & RunOptions

const epochByStep = (step: number): StepContext => ({ epoch: step + 1, totalEpochs: 8, loss: 1 / (step + 1) })

/** Ready to run; what it reads where labels are observed is let go. */
const compiled: Subject['compile'] = (transform, observe) => {
  if (observe === undefined) return compile(transform)
  const { init, plan, update, step, ...rest } = compile(transform, { observe })
  return {
    ...rest,
    init,
    plan,
    update: (...inputs) => {
      const [updates, state] = update(...inputs)
      return [updates, state]
    },
    step: (...inputs) => {
      const { params, state } = step(...inputs)
      return { params, state }
    },
  }
}

/** A transform as the subject of laws. */
export const subjectOf = (transform: GradientTransform<unknown>, given: SubjectOptions = {}): Subject => {
  const read = subjectOptions.read('subjectOf', given)
  const { source, combinators, context = epochByStep, compile: make = compiled } = read
  return {
    transform,
    source,
    combinators,
    compile: make,
    context: typeof context === 'function' ? context : () => context,
  }
}

type Draw = [subject: Subject, trial: Trial]
type Broken = NonNullable<Verdict['broken']>

const verdictOf = (law: Law, subject: Subject, trial: Trial): Verdict =>
  scoped(() => {
    try {
      return law.check(subject, trial)
    } catch (error) {
      // A transform that throws breaks whatever law it is checked for.
      return { broken: { message: error instanceof Error ? error.message : String(error) } }
    }
  })

/**
 * A law as a fast-check property, for `fc.assert` and `fc.check`.
 *
 * @param subjects one subject, or an arbitrary that draws them
 * @param heard is told whether the interesting case occurred in a run
 * @example
 * fc.assert(lawProperty(signSymmetry, subjectOf(trace(0.9))))
 */
export const lawProperty = (
  law: Law,
  subjects: Subject | fc.Arbitrary<Subject>,
  heard: (interesting: boolean) => void = () => undefined,
): fc.IPropertyWithHooks<Draw> =>
  fc.property(subjects instanceof fc.Arbitrary ? subjects : fc.constant(subjects), law.trials, (subject, trial) => {
    const { broken, interesting = true } = verdictOf(law, subject, trial)
    heard(interesting)
    if (broken !== undefined) throw new Error(broken.message, { cause: broken })
  })

/**
 * Checks one law.
 *
 * @param subjects one subject, or an arbitrary that draws them: a transform within random others, say
 * @example
 * checkLaw(signSymmetry, subjectOf(trace(0.9)), { runs: 50 }).outcome // 'holds'
 */
export const checkLaw = (law: Law, subjects: Subject | fc.Arbitrary<Subject>, given: RunOptions = {}): LawResult => {
  const { runs, seed, path } = runOptions.read('checkLaw', given)
  const occurred: boolean[] = []
  const witnesses = subjects instanceof fc.Arbitrary ? [] : (law.witnesses ?? []).map((w): Draw => [subjects, w])
  const property = lawProperty(law, subjects, interesting => void occurred.push(interesting))
  const details = fc.check(property, {
    numRuns: path === undefined ? Math.max(witnesses.length + 1, Math.min(runs, law.maxRuns ?? runs)) : 1,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
    examples: witnesses,
  })
  const required = law.coverage ?? 0.1
  const coverage = occurred.filter(Boolean).length / Math.max(1, occurred.length)
  const common = { law: law.name, runs: details.numRuns, coverage, required }
  if (details.counterexample === null) {
    if (coverage >= required || path !== undefined) return { ...common, outcome: 'holds' }
    // A few runs do not tell how often a case occurs.
    return details.numRuns < enough && law.maxRuns === undefined
      ? checkLaw(law, subjects, { runs: enough, seed: details.seed })
      : { ...common, outcome: 'vacuous' }
  }
  const [subject, trial] = details.counterexample
  const { message, step } = details.errorInstance instanceof Error ? (details.errorInstance.cause as Broken) : unknown
  const violation: Violation = {
    law: law.name,
    statement: law.statement,
    message,
    step,
    seed: details.seed,
    path: details.counterexamplePath ?? '',
    counterexample: { source: subject.source, ...trial },
    size: sizeOf(subject, trial, step),
  }
  return { ...common, outcome: 'violated', violation }
}

/** Checks one law on the one case that a path leads to, if in what the law draws it leads to any. */
const repeatLaw = (law: Law, subject: Subject, options: RunOptions): readonly LawResult[] => {
  try {
    return [checkLaw(law, subject, options)]
  } catch (error) {
    // What fast-check says where the path of one law leads nowhere in another's draws.
    if (error instanceof Error && error.message.includes('Unable to replay')) return []
    throw error
  }
}

/** @throws TypeError for what is no claim: a factory that was not called, most likely */
const admitClaims = (claims: readonly Claim[]): void => {
  if (!Array.isArray(claims))
    throw new TypeError('checkLaws: claims are a list, as in checkLaws(transform, [signSymmetry])')
  for (const [i, claim] of claims.entries())
    if (claim?.kind !== 'law' && claim?.kind !== 'exemption')
      throw new TypeError(
        `checkLaws: claims[${i}] is no claim${typeof claim === 'function' ? `; call it, as in boundedModulation({ lo: 0.5, hi: 1.5 })` : ''}`,
      )
}

/** Runs that tell a share of a tenth from none. */
const enough = 100

const unknown: Broken = { message: 'the property failed without saying why' }

/**
 * Checks the universal laws, and those that a transform claims, on the current TensorFlow.js backend, which must be one that
 * reads synchronously. Needs no test runner.
 *
 * @param transform any gradient transform
 * @param claims laws that it promises besides, and universal laws from which it is exempt
 * @param options runs (default 50), seed (default random), path, source, context
 * @example
 * const report = checkLaws(chain(clipByNorm(1), trace(0.9)), [signSymmetry, leafIndependence])
 * report.holds // true
 */
export const checkLaws = (
  transform: GradientTransform<unknown>,
  claims: readonly Claim[] = [],
  given: CheckOptions = {},
): Report => {
  admitTransform('checkLaws', 'the transform', transform)
  admitClaims(claims)
  const { runs, path, seed = Date.now() ^ (Math.random() * 0x100000000) } = checkOptions.read('checkLaws', given)
  const subject = subjectOf(transform, subjectOptions.from(given))
  const exemptions = claims.filter(claim => claim.kind === 'exemption')
  const claimed = claims.filter(claim => claim.kind === 'law')
  const laws = [...universalLaws.filter(({ name }) => !exemptions.some(({ law }) => law === name)), ...claimed]
  const here = laws.filter(law => law.applies?.() ?? true)
  const check =
    path === undefined
      ? (law: Law) => [checkLaw(law, subject, { runs, seed })]
      : (law: Law) => repeatLaw(law, subject, { runs, seed, path })
  const results = here.flatMap(check)
  if (path !== undefined && results.length === 0)
    throw new RangeError(
      `checkLaws: path is ${path}, which leads to no case of any law with seed ${seed}; give both as the violation says them`,
    )
  return {
    source: subject.source,
    seed,
    holds: results.every(({ outcome }) => outcome === 'holds'),
    results,
    exemptions: exemptions.map(({ law, because }) => ({ law, because })),
  }
}

/**
 * Like {@link checkLaws}, and throws where a law is broken or vacuous.
 *
 * @throws Error whose message is the report
 * @example
 * assertLaws(myTransform, [boundedModulation({ lo: 0.5, hi: 1.5 })])
 */
export const assertLaws = (
  transform: GradientTransform<unknown>,
  claims: readonly Claim[] = [],
  given: CheckOptions = {},
): Report => {
  checkOptions.read('assertLaws', given)
  const report = checkLaws(transform, claims, given)
  if (!report.holds) throw new Error(`laws are broken\n${showReport(report)}`)
  return report
}
