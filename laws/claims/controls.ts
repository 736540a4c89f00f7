/** The claim that a rule's controls keep of its coefficient just what they are named for. */

import {
  type Controls,
  compile,
  controlsOf,
  type GradientTransform,
  type ObservedOptimizer,
  type StepContext,
  type Tensors,
} from '../../src/index.js'
import { callback, type OptionsOf, options, value } from '../../src/schema/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, largest, norm } from '../compare.js'
import type { Law, Subject, Trial } from '../law.js'
import { showNumber } from '../show.js'
import type { AnyState } from '../state.js'
import { fromTensors, scoped, toTensors, type Values } from '../values.js'

type Rule = GradientTransform<unknown>

const controlsOptions = options({
  /** Under which the rule observes its coefficient; default `'alpha'`. */
  label: value<string, 'alpha'>('alpha'),
  /** Labels of the companions of that; default none. */
  companions: value<readonly string[]>(),
  /** Under which the modulated part is observed; default: it is the update. */
  part: value<string>(),
  /** The same rule with bounds of 1 and scale 1, of the same state; default: not compared. */
  plain: value<Rule>(),
  /** What makes the controls; default `controlsOf`. */
  of: callback<(rule: Rule) => Controls<unknown>>(),
})

/** What {@link controls} has to know of a rule. */
export interface ControlsClaim extends OptionsOf<typeof controlsOptions> {}

/** What one step of a transform from a given state gave. */
interface Step {
  readonly updates: Values
  readonly readings: Readonly<Record<string, Values>>
}

const bigger = 1e-24
const sorted = (xs: readonly (readonly number[])[]): readonly string[] => xs.map(x => x.join()).toSorted()
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / Math.max(1, xs.length)

/** For each step of a rule on a trial: what it did, and what its controls do from the same state on the same gradient. */
const steps = (
  { transform, context }: Subject,
  { params, gradients }: Trial,
  labels: readonly string[],
  others: readonly Rule[],
) =>
  scoped(() => {
    const made = [transform, ...others].map(rule => compile(rule, { observe: labels }) as ObservedOptimizer<AnyState>)
    const [rule, ...rest] = made as [ObservedOptimizer<AnyState>, ...ObservedOptimizer<AnyState>[]]
    const start: Tensors = toTensors(params)
    let state: AnyState = rule.init(start)
    const stepped = (optimizer: ObservedOptimizer<AnyState>, from: AnyState, gradient: Values, at: StepContext) => {
      const [updates, next, readings] = optimizer.update(toTensors(gradient), from, start, at)
      const read = Object.fromEntries(Object.entries(readings).map(([label, tree]) => [label, fromTensors(tree)]))
      return [{ updates: fromTensors(updates), readings: read }, next] as const
    }
    return gradients.map((gradient, t) => {
      const before = state
      const [own, next] = stepped(rule, before, gradient, context(t))
      state = next
      // What controlsOf says of the states of its controls.
      const from: readonly AnyState[] = [
        ...[1, 2, 3].map(() => ({ count: t, rule: before })),
        { rule: before, plain: before },
        before,
      ]
      return [own, ...rest.map((control, i) => stepped(control, from[i] as AnyState, gradient, context(t))[0])] as const
    })
  })

const values = ({ readings }: Step, label: string, leaf: string): readonly number[] =>
  readings[label]?.[leaf]?.values ?? []

/** What is wrong with the coefficients that three controls read of one leaf. */
const coefficients = (
  labels: readonly string[],
  leaf: string,
  [own, one, averaged, shuffled]: readonly Step[],
): string | undefined => {
  const of = (step: Step | undefined) => labels.map(label => (step ? values(step, label, leaf) : []))
  const [ours, ones, means, moved] = [of(own), of(one), of(averaged), of(shuffled)]
  // Each element with its companions: what moves together.
  const together = (all: readonly (readonly number[])[]) => (all[0] ?? []).map((_, i) => all.map(xs => xs[i] as number))
  if (ones.flat().some(x => x !== 1))
    return `alpha = 1 reads ${showNumber(ones.flat().find(x => x !== 1) as number)} in '${leaf}'`
  if (sorted(together(ours)).join(';') !== sorted(together(moved)).join(';'))
    return `shuffled reads other values, or otherwise accompanied, in '${leaf}'`
  for (const [i, xs] of means.entries()) {
    const expected = mean(ours[i] as readonly number[])
    const wrong = xs.find(x => !(Math.abs(x - expected) <= 1e-5 * largest(ours[i] as readonly number[]) + 1e-37))
    if (wrong !== undefined)
      return `averaged reads ${showNumber(wrong)} of '${labels[i]}' in '${leaf}', where the mean is ${showNumber(expected)}`
  }
  return undefined
}

/** What is wrong with the grafted part of one leaf. */
const graft = (
  leaf: string,
  own: readonly number[],
  plain: readonly number[],
  grafted: readonly number[],
): string | undefined => {
  const [size, unmodulated, found] = [norm(own), norm(plain), norm(grafted)]
  if (size < bigger || unmodulated < bigger) return undefined
  if (!(Math.abs(found - size) <= 1e-5 * size))
    return `the grafted part of '${leaf}' has the norm ${showNumber(found)}, where the modulated one has ${showNumber(size)}`
  const off = largest(grafted.map((x, i) => x / found - (plain[i] as number) / unmodulated))
  return off <= 1e-4 ? undefined : `the grafted part of '${leaf}' is not along the unmodulated one`
}

/**
 * Controls: one step from equal states on equal gradients, the averaged control keeps each leaf's mean of $\alpha$, the shuffled
 * one its values (and each with its companions), the grafted one the norm of the modulated part along the unmodulated; with
 * $\alpha = 1$ it is the rule with bounds of 1.
 *
 * @example
 * assertLaws(neuroPlastic(), [controls({ companions: ['gradientOnly'], part: '.rule' })])
 */
export const controls = (given: ControlsClaim = {}): Law => {
  const { label, companions = [], part, plain, of: make } = controlsOptions.read('controls', given)
  const of = make ?? ((rule: Rule) => controlsOf(rule, { label }))
  return {
    kind: 'law',
    name: 'controls',
    statement:
      "\\overline{\\alpha'} = \\overline{\\alpha}, \\quad \\{\\alpha'_i\\} = \\{\\alpha_i\\}, \\quad \\lVert R' \\rVert = \\lVert R \\rVert",
    // So many leaves that each group of layers has one.
    trials: arbitraryTrial({ minLeaves: 3, maxLeaves: 4 }),
    // Each traces and compiles the rule and its controls over leaves of its own.
    maxRuns: 20,
    check: (subject, trial) => {
      const { one, averaged, shuffled, grafted } = of(subject.transform)
      const labels = [label, ...companions]
      const others = [one, averaged, shuffled, grafted, ...(plain ? [plain] : [])]
      const all = steps(subject, trial, [...labels, ...(part === undefined ? [] : [part])], others)
      let varied = false
      const partOf = ({ updates, readings }: Step, leaf: string) =>
        (part === undefined ? updates : readings[part])?.[leaf]?.values ?? []
      for (const [step, [own, ...rest]] of all.entries()) {
        const [ones, means, moved, graftedStep, plainStep] = rest as [Step, Step, Step, Step, Step | undefined]
        for (const leaf of Object.keys(own.updates)) {
          const alphas = values(own, label, leaf)
          varied ||= alphas.length > 1 && Math.max(...alphas) - Math.min(...alphas) > 1e-3
          const message =
            coefficients(labels, leaf, [own, ones, means, moved]) ??
            graft(leaf, partOf(own, leaf), partOf(ones, leaf), partOf(graftedStep, leaf))
          if (message !== undefined) return { broken: { message, step } }
        }
        const rounding = (leaf: string) => 1e-5 * largest(plainStep?.updates[leaf]?.values ?? []) + 1e-37
        const apart = plainStep && firstDifference('with alpha = 1, updates', ones.updates, plainStep.updates, rounding)
        if (apart !== undefined) return { broken: { message: apart, step } }
      }
      return { interesting: varied }
    },
  }
}
