/** All that is wrong with a study. It comes from a module that no compiler need have seen: nothing is taken for granted. */
import { isObject } from '../config/records.js'
import { dataSetNames, formOf } from '../data/index.js'
import { type Interval, showInterval, within } from '../schema/hyperparameter.js'
import { suggestion } from '../schema/suggestion.js'
import { LIMITS } from '../train/limits.js'
import { messageOf } from './error.js'
import { candidatesOf } from './grid.js'
import { modelFor } from './models.js'
import { modelName, TUNING_SEEDS } from './plan.js'
import { isPlain } from './records.js'
import type { Study, Variant } from './types.js'

type Problems = readonly string[]

const roles = ['plasticity', 'ablation', 'control', 'baseline']
const modelNames = ['mlp', 'small-cnn', 'lenet5', 'resnet18']
const metrics = ['accuracy', 'loss']
const selections = ['fixed', 'validation', 'test', 'all']
const tuningKeys = ['validation', 'seeds', 'epochs', 'fraction', 'labelNoise']
const rowKeys = ['role', 'description', 'settings', 'candidates', 'alphaBounds', 'transform']

const show = (value: unknown): string => {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  try {
    return JSON.stringify(value)
  } catch {
    return 'an object that refers to itself'
  }
}

const numberProblems = (name: string, value: unknown, interval: Interval): Problems =>
  within(value, interval) ? [] : [`${name} is ${show(value)}; use ${showInterval(interval)}`]

const optional = (name: string, value: unknown, interval: Interval): Problems =>
  value === undefined ? [] : numberProblems(name, value, interval)

const nameProblems = (what: string, name: unknown, known: readonly string[]): Problems =>
  known.includes(name as string)
    ? []
    : [`${what} ${show(name)} is not known${suggestion(String(name), known) || `; there are ${known.join(', ')}`}`]

const keyProblems = (what: string, value: object, known: readonly string[]): Problems =>
  Object.keys(value).flatMap(key => nameProblems(`${what}: setting`, key, known))

/** Of a list that must have entries, no two with the same name. */
const listProblems = <T>(
  name: string,
  list: readonly T[],
  of: (entry: T) => Problems,
  nameOf: (entry: T) => unknown,
) => {
  if (!Array.isArray(list)) return [`${name} is ${show(list)}; use a list`]
  if (list.length === 0) return [`${name} is empty; give at least one`]
  const problems = list.flatMap(of)
  if (problems.length > 0) return problems
  const names = list.map(entry => show(nameOf(entry)))
  const twice = names.find((text, i) => names.indexOf(text) < i)
  return twice === undefined ? [] : [`${name} has ${twice} twice; give each once`]
}

const itself = (entry: unknown) => entry

// Folders of runs are called by it and a hundred letters more, and a file system takes 255.
const LONGEST = 100

const fileName = (what: string, name: unknown): Problems => {
  if (typeof name !== 'string' || !/^[\w-]+$/.test(name))
    return [`${what} is ${show(name)}; use letters, digits, - and _`]
  return name.length <= LONGEST
    ? []
    : [`${what} is '${name.slice(0, 20)}...', of ${name.length} letters; use ${LONGEST} at most`]
}

// Studies and their versions share rows, and making the transforms of all is most of what defining a study costs.
const judged = new WeakMap<Variant, Problems>()

/** What making a row's transforms throws, such as for a setting out of its range. */
const refusals = (row: Variant): Problems => {
  const known = judged.get(row)
  if (known !== undefined) return known
  const messages = [row.settings, ...candidatesOf(row)].flatMap(settings => {
    try {
      const made: unknown = row.transform(settings)
      return isObject(made) && typeof made.init === 'function' && typeof made.update === 'function'
        ? []
        : [`transform gives ${show(made)}; give a gradient transform, such as a chain`]
    } catch (error) {
      return [messageOf(error)]
    }
  })
  const problems = [...new Set(messages)]
  judged.set(row, problems)
  return problems
}

const rowProblems = (name: string, row: Variant): Problems => {
  const what = `variant '${name}'`
  if (!isObject(row)) return [`${what} is ${show(row)}; use { role, settings, transform }`]
  const { role, settings, candidates } = row as Variant
  const problems = [
    ...fileName('the name of a variant', name),
    ...keyProblems(what, row, rowKeys),
    ...nameProblems(`${what}: role`, role, roles),
    ...(typeof row.transform === 'function' ? [] : [`${what} has no transform; give a function of its settings`]),
    ...(isObject(settings)
      ? numberProblems(`${what}: settings.learningRate`, settings.learningRate, '(0, inf)')
      : [`${what}: settings is ${show(settings)}; use such as { learningRate: 0.1 }`]),
    ...(row.alphaBounds === undefined || typeof row.alphaBounds === 'function'
      ? []
      : [`${what}: alphaBounds is ${show(row.alphaBounds)}; give a function of the settings, such as () => [0.2, 2]`]),
    // They go to threads and into hashes.
    ...(isPlain([settings, candidates])
      ? []
      : [`${what}: its settings are no plain JSON; use numbers that are finite, texts, lists and records`]),
    ...(candidates === undefined
      ? []
      : listProblems(
          `${what}: candidates`,
          candidates,
          candidate =>
            isObject(candidate)
              ? optional(`${what}: learningRate of a candidate`, candidate.learningRate, '(0, inf)')
              : [`${what}: a candidate is ${show(candidate)}; use such as { learningRate: 0.1 }`],
          itself,
        )),
  ]
  return problems.length > 0 ? problems : refusals(row).map(problem => `${what}: ${problem}`)
}

const variantProblems = ({ variants, selection }: Study): Problems => {
  if (!isObject(variants)) return [`variants is ${show(variants)}; use { name: { role, settings, transform } }`]
  const rows = Object.entries(variants)
  if (rows.length === 0) return ['variants is empty; give at least one']
  const problems = rows.flatMap(([name, row]) => rowProblems(name, row))
  if (problems.length > 0 || (selection !== 'validation' && selection !== 'test')) return problems
  const budgets = rows.map(([name, row]) => ({ name, budget: candidatesOf(row).length }))
  return new Set(budgets.map(({ budget }) => budget)).size === 1
    ? []
    : [
        `candidates differ in number (${budgets.map(({ name, budget }) => `${name} ${budget}`).join(', ')}); ` +
          'give every variant the same budget',
      ]
}

/** Models that do not take the examples of a set, and sets that have no images to augment. */
const fitProblems = ({ data, models, augment }: Study): Problems =>
  data.flatMap(({ name }) => {
    const form = formOf(name)
    const unfit = models.flatMap(model => {
      try {
        modelFor(model, form)
        return []
      } catch (error) {
        return [`model '${modelName(model)}' does not take '${name}': ${messageOf(error)}`]
      }
    })
    const images = form.inputShape.length === 3
    return [...unfit, ...(augment && !images ? [`augment is true, but '${name}' has no images; use false`] : [])]
  })

const tuningProblems = ({ tuning }: Study): Problems => [
  ...keyProblems('tuning', tuning, tuningKeys),
  ...optional('tuning.validation', tuning.validation, '(0, 1)'),
  ...optional('tuning.seeds', tuning.seeds, LIMITS.seeds),
  ...optional('tuning.epochs', tuning.epochs, LIMITS.epochs),
  ...optional('tuning.fraction', tuning.fraction, '(0, 1]'),
  ...optional('tuning.labelNoise', tuning.labelNoise, '[0, 1]'),
]

/** Never `test` for a word that is none: whoever wrote it may not know that it looks at the test set. */
const selectionProblems = (selection: unknown): Problems =>
  selections.includes(selection as string)
    ? []
    : [
        `selection ${show(selection)} is not known; use 'validation' for the candidate that is best on examples put aside, 'fixed' for each variant's settings, or 'all' for every candidate ('test' chooses by the test set, which flatters)`,
      ]

/** How many runs a study makes, without making them. */
export const numberOfRuns = (study: Study): number => {
  const { variants, data, models, fractions, labelNoise, selection, seeds, tuning } = study
  const cells = data.length * models.length * fractions.length * labelNoise.length
  const [rows, candidates] = [Object.values(variants), Object.values(variants).flatMap(candidatesOf)]
  if (selection === 'fixed') return cells * rows.length * seeds
  if (selection !== 'validation') return cells * candidates.length * seeds
  return cells * (rows.length * seeds + candidates.length * (tuning.seeds ?? TUNING_SEEDS))
}

// Beyond that even what is planned fills files and memory.
const MOST_RUNS = 100_000

const sizeProblems = (study: Study): Problems => {
  const runs = numberOfRuns(study)
  return runs <= MOST_RUNS
    ? []
    : [
        `it makes ${runs} runs, which take ${Math.round(runs / 86_400)} days at a second each; ${MOST_RUNS} are the most: give fewer seeds, candidates, fractions or rates of label noise`,
      ]
}

/**
 * All that is wrong with a study, a line each.
 *
 * @param keys what a study may have
 */
export const problemsOf = (study: Study, keys: readonly string[]): Problems => {
  const variants = Object.keys(study.variants ?? {})
  const grid = [
    ...listProblems(
      'data',
      study.data,
      data => [...nameProblems('data set', data.name, dataSetNames), ...keyProblems('data', data, ['name', 'source'])],
      ({ name }) => name,
    ),
    ...listProblems(
      'models',
      study.models,
      model => [
        ...nameProblems('model', model.name, modelNames),
        ...keyProblems('models', model, model.name === 'resnet18' ? ['name', 'width'] : ['name']),
        ...optional('models: width', model.width, 'integer in [1, inf)'),
      ],
      modelName,
    ),
  ]
  const problems = [
    ...fileName('name', study.name),
    ...keyProblems('study', study, keys),
    ...variantProblems(study),
    // Nobody to be compared with is allowed.
    ...(study.against.length === 0
      ? []
      : listProblems('against', study.against, name => nameProblems('against: variant', name, variants), itself)),
    ...grid,
    ...(grid.length === 0 ? fitProblems(study) : []),
    ...listProblems('fractions', study.fractions, part => numberProblems('fractions', part, '(0, 1]'), itself),
    ...listProblems('labelNoise', study.labelNoise, rate => numberProblems('labelNoise', rate, '[0, 1]'), itself),
    ...numberProblems('seeds', study.seeds, LIMITS.seeds),
    ...numberProblems('epochs', study.epochs, LIMITS.epochs),
    ...numberProblems('batchSize', study.batchSize, LIMITS.batchSize),
    ...numberProblems('diagnosticsEvery', study.diagnosticsEvery, 'integer in [0, 1000000]'),
    ...(typeof study.augment === 'boolean' ? [] : [`augment is ${show(study.augment)}; use true or false`]),
    ...(typeof study.controls === 'boolean' ? [] : [`controls is ${show(study.controls)}; use true or false`]),
    ...nameProblems('metric', study.metric, metrics),
    ...selectionProblems(study.selection),
    ...tuningProblems(study),
  ]
  return problems.length > 0 ? problems : sizeProblems(study)
}
