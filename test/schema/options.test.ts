/** Whatever takes options refuses those that it does not have, from JavaScript too: derived from the declarations, so that none is forgotten. */
import { expect, test } from 'vitest'
import { type Option, optionTakers, type Taker } from '../../docs/generator/options.js'
import * as laws from '../../laws/index.js'
import * as config from '../../src/config/index.js'
import * as P from '../../src/index.js'
import * as analysis from '../../src/interpret/analysis.js'
import * as node from '../../src/node/index.js'
import * as study from '../../src/study/index.js'
import * as wasm from '../../src/wasm/index.js'

type Loose = (...args: readonly unknown[]) => unknown

const modules: Readonly<Record<string, object>> = {
  plastax: P,
  'plastax/wasm': wasm,
  'plastax/config': config,
  'plastax/analysis': analysis,
  'plastax/study': study,
  'plastax/node': node,
  'plastax/laws': laws,
}

/** What comes before the options of a function; those that are not here take them first. */
const before: Readonly<Record<string, readonly unknown[]>> = {
  withPlasticity: [P.plasticity()],
  plasticityController: ['layerwise'],
  controlledNeuroPlastic: ['layerwise'],
  compile: [P.sgd()],
  toTfOptimizer: [P.sgd()],
  observe: ['label', P.identity],
  controlsOf: [P.neuroPlastic()],
  applyIfFinite: [P.identity],
  ema: [0.9],
  trace: [0.9],
  orthogonalResidual: [P.identity],
  addDecayedWeights: [0.1],
  cosineOnecycle: [0.1, 100],
  linearOnecycle: [0.1, 100],
  exponentialDecay: [0.1, 0.5, 10],
  linear: [0.1, 0, 10],
  polynomial: [0.1, 0, 10],
  multiSteps: [P.identity, 2],
  skipLargeUpdates: [P.identity],
  adaptiveGradClip: [0.1],
  lookahead: [P.sgd()],
  mechanize: [P.sgd()],
  sam: [P.sgd(), P.sgd()],
  scheduleFree: [P.sgd()],
  fromConfig: [{ optimizer: 'sgd' }],
  identityOf: [P.sgd()],
  explain: [P.sgd()],
  modulationBounds: [P.sgd()],
  updateNormBound: [P.sgd()],
  loadDataSet: ['blobs'],
  play: [laws.subjectOf(P.sgd()), { params: {}, gradients: [] }],
  subjectOf: [P.sgd()],
  checkLaw: [laws.signSymmetry, laws.subjectOf(P.sgd())],
  checkLaws: [P.sgd(), []],
  assertLaws: [P.sgd(), []],
  boundedUpdateNorm: [1],
  evaluatesAt: ['the last', () => undefined],
  stabilityLimit: [2],
  reducesTo: [P.sgd()],
}

/** What comes after them, where anything does. */
const after: Readonly<Record<string, readonly unknown[]>> = {
  withPlasticity: [P.identity],
  settle: [P.identity],
}

// The changes of a study are looked at with the study that they make, all problems at once: test/study.
const elsewhere = ['changed']

const takers = optionTakers().filter(({ name }) => !elsewhere.includes(name))

const call = ({ entry, name }: Taker, options: unknown): unknown => {
  const f = (modules[entry] as Readonly<Record<string, Loose>>)[name] as Loose
  return f(...(before[name] ?? []), options, ...(after[name] ?? []))
}

const titles = (all: readonly Taker[]) => all.map(taker => [`${taker.entry} ${taker.name}`, taker] as const)

test('the declarations tell of many functions with options', () => {
  expect(takers.length).toBeGreaterThan(110)
  expect(takers.map(({ name }) => name)).toContain('scaleByAdam')
})

test.each(titles(takers))('%s refuses what it does not have, and names what was meant', async (_, taker) => {
  const { name, options } = taker
  await expect(async () => call(taker, { nonsense: 1 })).rejects.toThrow(
    `${name} has no option 'nonsense'; there are '`,
  )
  // What has one letter has no near misspelling.
  for (const option of options.filter(each => each.name.length > 1))
    await expect(async () => call(taker, { [`${option.name}x`]: 1 })).rejects.toThrow(
      `${name} has no option '${option.name}x'; did you mean '${option.name}'?`,
    )
})

// Of the caller's own type, which no value has.
const generic = ['transform']

test.each(titles(takers))('%s says of each option what it is, and takes its kind from data', (_, { options }) => {
  const bare = (option: Option): readonly string[] =>
    option.within.length > 0
      ? option.within.flatMap(bare)
      : option.words === '' || (option.kind === undefined && !generic.includes(option.name))
        ? [option.name]
        : []
  expect(options.flatMap(bare)).toEqual([])
})

test('the records within are looked at too', () => {
  const variants = takers.filter(({ options }) => options.some(({ within }) => within.length > 0))
  expect(variants.length).toBeGreaterThan(8)
  for (const taker of variants)
    for (const { name, within } of taker.options)
      for (const inner of within)
        expect(() => call(taker, { [name]: { [`${inner.name}x`]: 1 } }), taker.name).toThrow(
          `${name} has no option '${inner.name}x'; did you mean '${inner.name}'?`,
        )
})
