/** A step answers to its own gradient, not to the one before. */
import type * as fc from 'fast-check'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference } from '../compare.js'
import type { Law, Trial } from '../law.js'
import { must } from '../must.js'
import { play } from '../play.js'
import { type Leaf, numbers, type Values } from '../values.js'

/** Other gradients of every leaf: turned round and stretched, each element in its own way, so that neither a sign nor a norm hides it. */
const turned = (gradient: Values): Values =>
  Object.fromEntries(
    Object.entries(gradient).map(([name, { shape, values }]): [string, Leaf] => [
      name,
      { shape, values: values.map((g, i) => -g * (2 + i)) },
    ]),
  )

/** Of several elements that are not zero: a rule may well give one element, or none, the same update whatever it is. */
const tells = (gradient: Values): boolean =>
  Object.values(gradient).some(({ values }) => values.filter(g => g !== 0).length > 1)

const check: Law['check'] = (subject, { params, gradients }) => {
  const last = gradients.length - 1
  const gradient = gradients[last] ?? {}
  if (!tells(gradient)) return { interesting: false }
  const updates = (own: Values) => play(subject, { params, gradients: gradients.with(last, own) })[last]?.updates ?? {}
  const [here, there] = [updates(gradient), updates(turned(gradient))]
  const same = numbers(here).length > 0 && firstDifference('updates', there, here) === undefined
  return {
    broken: same ? { message: 'the update is the same for another gradient of this step', step: last } : undefined,
  }
}

const statement = "g_t \\ne g_t' \\implies u_t \\ne u_t'"

/** Two runs that differ in their last gradient alone differ in their last update. Some steps are exempt in some rules. */
export const ownGradient: Law = {
  kind: 'law',
  name: 'its own gradient',
  statement,
  trials: arbitraryTrial({ magnitudes: 'typical', minElements: 2, maxElements: 3, maxLeaves: 1, maxSteps: 3 }),
  coverage: 0.5,
  check,
}

/**
 * That law at one step only, for a rule which is exempt from it at others: `multiSteps(rule, 2)` moves at every second step, and the
 * first of ADOPT only fills its moment.
 *
 * @param step the step that is looked at, from 1
 * @throws HyperparameterError where that is no whole number above 0
 * @example
 * checkLaws(multiSteps(sgd(), 2), [exempt('its own gradient', 'it adds up between'), ownGradientAt(2)])
 */
export const ownGradientAt = (step: number): Law => {
  must(Number.isInteger(step) && step > 0 && step <= 1000, 'step', step, 'a whole number from 1 to 1000')
  const trials: fc.Arbitrary<Trial> = arbitraryTrial({
    magnitudes: 'typical',
    minElements: 2,
    maxElements: 3,
    maxLeaves: 1,
    minSteps: step,
    maxSteps: step,
  })
  return { kind: 'law', name: `its own gradient at step ${step}`, statement, trials, coverage: 0.5, check }
}
