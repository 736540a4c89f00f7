import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { changed, defineStudy } from '../../src/study/define.js'
import { StudyError } from '../../src/study/error.js'
import { finalRuns, givenSettings } from '../../src/study/plan.js'
import { variants } from '../../src/study/variants.js'

const good = { name: 'trial', variants: { neuroplastic: variants.neuroplastic, adam: variants.adam } }
const { adam } = variants

/** The problems of a definition that no compiler has seen. */
const problemsWith = (definition: object): readonly string[] => {
  try {
    defineStudy({ ...good, ...definition } as Parameters<typeof defineStudy>[0])
    return []
  } catch (error) {
    return error instanceof StudyError ? error.problems : [`not a StudyError: ${error}`]
  }
}

const rows = (more: object) => ({ variants: { ...good.variants, ...more } })

test('what is left out has its default', () => {
  const { study, quick, asPublished } = defineStudy({ ...good, quick: { data: ['mnist'], tuning: { epochs: 1 } } })
  expect(study).toMatchObject({
    description: '',
    against: ['adam'],
    data: [{ name: 'fashion-mnist' }],
    fractions: [1],
    labelNoise: [0],
    models: [{ name: 'mlp' }],
    seeds: 8,
    epochs: 10,
    batchSize: 128,
    selection: 'validation',
    metric: 'accuracy',
  })
  expect(changed(study, quick)).toMatchObject({
    data: [{ name: 'mnist' }],
    seeds: 2,
    epochs: 2,
    tuning: { seeds: 1, epochs: 1 },
  })
  expect(changed(study, asPublished)).toEqual({ ...study, selection: 'fixed' })
})

const loop: object[] = []
loop.push(loop)

test.each<[string, object, string]>([
  ['a name that no folder can have', { name: 'a/b' }, 'name is "a/b"; use letters, digits, - and _'],
  ['no variants', { variants: {} }, 'variants is empty; give at least one'],
  ['variants left out', { variants: undefined }, 'variants is undefined; use { name: { role, settings, transform } }'],
  ['a variant that is none', rows({ sgd: 3 }), "variant 'sgd' is 3; use { role, settings, transform }"],
  ['a variant by a bad name', rows({ 'a b': adam }), 'the name of a variant is "a b"; use letters, digits, - and _'],
  [
    'no transform',
    rows({ x: { ...adam, transform: undefined } }),
    "variant 'x' has no transform; give a function of its settings",
  ],
  [
    'a transform that gives none',
    rows({ x: { ...adam, transform: () => undefined } }),
    "variant 'x': transform gives undefined; give a gradient transform, such as a chain",
  ],
  [
    'bounds that are no function',
    rows({ x: { ...adam, alphaBounds: 5 } }),
    "variant 'x': alphaBounds is 5; give a function of the settings, such as () => [0.2, 2]",
  ],
  [
    'settings that no thread could be given',
    rows({ x: { ...adam, settings: { learningRate: 0.1, rate: () => 1 } } }),
    "variant 'x': its settings are no plain JSON; use numbers that are finite, texts, lists and records",
  ],
  [
    'a model that does not take the examples',
    { data: ['blobs'], models: ['mlp', 'lenet5'] },
    "model 'lenet5' does not take 'blobs': inputShape must be [height, width, channels] with images of 28 x 28 or 32 x 32; got '[32]'",
  ],
  [
    'augmentation of what is no image',
    { data: ['blobs'], augment: true },
    "augment is true, but 'blobs' has no images; use false",
  ],
  [
    'an unknown role',
    rows({ x: { ...adam, role: 'contol' } }),
    "variant 'x': role \"contol\" is not known; did you mean 'control'?",
  ],
  [
    'an unknown key of a variant',
    rows({ x: { ...adam, setting: {} } }),
    "variant 'x': setting \"setting\" is not known; did you mean 'settings'?",
  ],
  [
    'no settings',
    rows({ x: { ...adam, settings: undefined } }),
    "variant 'x': settings is undefined; use such as { learningRate: 0.1 }",
  ],
  [
    'no learning rate',
    rows({ x: { ...adam, settings: {} } }),
    "variant 'x': settings.learningRate is undefined; use a number in (0, inf)",
  ],
  ['no candidates', rows({ x: { ...adam, candidates: [] } }), "variant 'x': candidates is empty; give at least one"],
  ['candidates that are no list', rows({ x: { ...adam, candidates: 3 } }), "variant 'x': candidates is 3; use a list"],
  [
    'a candidate that is none',
    rows({ x: { ...adam, candidates: [0.1] } }),
    "variant 'x': a candidate is 0.1; use such as { learningRate: 0.1 }",
  ],
  [
    'a candidate twice',
    rows({ x: { ...adam, candidates: [{ b1: 0.5 }, { b1: 0.5 }] } }),
    'variant \'x\': candidates has {"b1":0.5} twice; give each once',
  ],
  [
    'a candidate without a step',
    rows({ x: { ...adam, candidates: [{ learningRate: 0 }] } }),
    "variant 'x': learningRate of a candidate is 0; use a number in (0, inf)",
  ],
  [
    'a setting that the transform refuses',
    rows({ x: { ...adam, candidates: [{ b1: 2 }] } }),
    "variant 'x': b1 must be a number in [0, 1); got 2",
  ],
  [
    'unequal budgets',
    rows({ x: { ...adam, candidates: [{}] } }),
    'candidates differ in number (neuroplastic 5, adam 5, x 1); give every variant the same budget',
  ],
  ['an unknown opponent', { against: ['adm'] }, 'against: variant "adm" is not known; did you mean \'adam\'?'],
  ['an opponent that is no list', { against: 'adam' }, 'against is "adam"; use a list'],
  ['no data', { data: [] }, 'data is empty; give at least one'],
  [
    'an unknown set',
    { data: ['fashion'] },
    'data set "fashion" is not known; there are fashion-mnist, mnist, cifar10, blobs, teacher-student',
  ],
  [
    'a set misspelt',
    { data: [{ name: 'fashion-minst' }] },
    'data set "fashion-minst" is not known; did you mean \'fashion-mnist\'?',
  ],
  [
    'an unknown key of a set',
    { data: [{ name: 'mnist', sorce: 'x' }] },
    'data: setting "sorce" is not known; did you mean \'source\'?',
  ],
  ['a set twice', { data: ['mnist', { name: 'mnist', source: 'x' }] }, 'data has "mnist" twice; give each once'],
  [
    'a set that is none',
    { data: [null] },
    'data set null is not known; there are fashion-mnist, mnist, cifar10, blobs, teacher-student',
  ],
  ['a fraction that is no list', { fractions: 0.1 }, 'fractions is 0.1; use a list'],
  ['a fraction twice', { fractions: [0.1, 0.1] }, 'fractions has 0.1 twice; give each once'],
  ['an unknown model', { models: ['resnet'] }, 'model "resnet" is not known; did you mean \'resnet18\'?'],
  ['a model twice', { models: ['mlp', { name: 'mlp' }] }, 'models has "mlp" twice; give each once'],
  [
    'a width of another model',
    { models: [{ name: 'mlp', width: 3 }] },
    'models: setting "width" is not known; there are name',
  ],
  ['augmentation', { augment: 1 }, 'augment is 1; use true or false'],
  ['an unknown metric', { metric: 'los' }, 'metric "los" is not known; did you mean \'loss\'?'],
  ...['best', 'tests', 'val', 7].map((selection): [string, object, string] => [
    `an unknown selection: ${selection}`,
    { selection },
    `selection ${JSON.stringify(selection)} is not known; use 'validation' for the candidate that is best on examples put aside, 'fixed' for each variant's settings, or 'all' for every candidate ('test' chooses by the test set, which flatters)`,
  ]),
  [
    'a name of a study that no folder can have for its length',
    { name: 'a'.repeat(101) },
    "name is 'aaaaaaaaaaaaaaaaaaaa...', of 101 letters; use 100 at most",
  ],
  [
    'a name of a variant that no folder can have for its length',
    rows({ ['v'.repeat(201)]: adam }),
    "the name of a variant is 'vvvvvvvvvvvvvvvvvvvv...', of 201 letters; use 100 at most",
  ],
  [
    'a name that a terminal obeys',
    rows({ '\u001b[31mred': adam }),
    'the name of a variant is "\\u001b[31mred"; use letters, digits, - and _',
  ],
  ['more epochs than anybody waits for', { epochs: 1e9 }, 'epochs is 1000000000; use an integer in [1, 100000]'],
  [
    'larger batches than any memory holds',
    { batchSize: 1e12 },
    'batchSize is 1000000000000; use an integer in [1, 1000000]',
  ],
  ['more tuning seeds', { tuning: { seeds: 1e6 } }, 'tuning.seeds is 1000000; use an integer in [1, 1000]'],
  [
    'a million runs',
    {
      data: ['blobs'],
      selection: 'fixed',
      seeds: 1000,
      fractions: Array.from({ length: 500 }, (_, i) => (i + 1) / 500),
      variants: { a: adam, b: adam },
    },
    'it makes 1000000 runs, which take 12 days at a second each; 100000 are the most: give fewer seeds, candidates, fractions or rates of label noise',
  ],
  [
    'an opponent that refers to itself',
    { against: [loop] },
    'against: variant an object that refers to itself is not known; there are neuroplastic, adam',
  ],
  ['an unknown setting', { epoch: 3 }, 'study: setting "epoch" is not known; did you mean \'epochs\'?'],
  [
    'an unknown setting of tuning',
    { tuning: { seed: 3 } },
    'tuning: setting "seed" is not known; did you mean \'seeds\'?',
  ],
  ['its quick version', { quick: { epochs: 0 } }, 'quick: epochs is 0; use an integer in [1, 100000]'],
  ['its published version', { asPublished: { fractions: [2] } }, 'asPublished: fractions is 2; use a number in (0, 1]'],
  [
    'the quick form of its published version',
    {
      quick: { variants: { x: { ...adam, candidates: [{}] }, adam } },
      asPublished: { selection: 'test' },
      selection: 'all',
    },
    'quick asPublished: candidates differ in number (x 1, adam 5); give every variant the same budget',
  ],
])('refuses %s, and says what would be right', (_, definition, problem) => {
  expect(problemsWith(definition)).toEqual([problem])
})

test('names every problem at once, of its versions too, each once', () => {
  const problems = problemsWith({
    ...rows({ x: { ...adam, role: 'none' } }),
    seeds: 0,
    data: ['none'],
    tuning: { validation: 1 },
    quick: { batchSize: 0 },
    asPublished: { metric: 'speed' },
  })
  expect(problems.map(problem => problem.split(' ').slice(0, 3).join(' '))).toEqual([
    "variant 'x': role",
    'data set "none"',
    'seeds is 0;',
    'tuning.validation is 1;',
    'quick: batchSize is',
    'asPublished: metric "speed"',
  ])
})

const outside = {
  fraction: fc.double({ noDefaultInfinity: false }).filter(x => !(x > 0 && x <= 1)),
  rate: fc.double().filter(x => !(x >= 0 && x <= 1)),
  count: fc.oneof(
    fc.integer({ max: 0 }),
    fc.double().filter(x => !Number.isInteger(x)),
  ),
}

test.each<[string, fc.Arbitrary<number>, (x: number) => object]>([
  ['fractions', outside.fraction, x => ({ fractions: [x] })],
  ['labelNoise', outside.rate, x => ({ labelNoise: [x] })],
  ['models: width', outside.count, x => ({ models: [{ name: 'resnet18', width: x }] })],
  ['seeds', fc.oneof(outside.count, fc.integer({ min: 1001 })), x => ({ seeds: x })],
  ['epochs', outside.count, x => ({ epochs: x })],
  ['batchSize', outside.count, x => ({ batchSize: x })],
  ['diagnosticsEvery', outside.count.filter(x => x !== 0), x => ({ diagnosticsEvery: x })],
  ['tuning.validation', fc.oneof(outside.fraction, fc.constant(1)), x => ({ tuning: { validation: x } })],
  ['tuning.seeds', outside.count, x => ({ tuning: { seeds: x } })],
  ['tuning.epochs', outside.count, x => ({ tuning: { epochs: x } })],
  ['tuning.fraction', outside.fraction, x => ({ tuning: { fraction: x } })],
  ['tuning.labelNoise', outside.rate, x => ({ tuning: { labelNoise: x } })],
])('refuses any number of %s out of range, by its value', (name, numbers, definition) => {
  fc.assert(
    fc.property(numbers, x => {
      expect(problemsWith(definition(x))).toEqual([expect.stringContaining(`${name} is ${x}; use a`)])
    }),
    { numRuns: 30 },
  )
})

test('the message has its subject, and a line for each problem', () => {
  const define = (more: object) => () => defineStudy({ ...good, ...more })
  expect(define({ seeds: 0 })).toThrow("study 'trial': seeds is 0; use an integer in [1, 1000]")
  expect(define({ seeds: 0, epochs: 0 })).toThrow(/^study 'trial':\n {2}seeds is 0.*\n {2}epochs is 0/)
})

test('budgets may differ where nothing is selected', () => {
  const unequal = rows({ x: { ...adam, candidates: [{}] } })
  expect(problemsWith({ ...unequal, selection: 'fixed' })).toEqual([])
  expect(problemsWith({ ...unequal, selection: 'all' })).toEqual([])
})

test('changes forget opponents that are gone, and nothing else', () => {
  const { study } = defineStudy({ ...good, variants: { ...good.variants, sgd: variants.sgd } })
  expect(study.against).toEqual(['adam', 'sgd'])
  const { adam: _, ...fewer } = study.variants
  expect(changed(study, { variants: fewer }).against).toEqual(['sgd'])
  expect(changed(study, { tuning: { seeds: 3 } })).toEqual({ ...study, tuning: { seeds: 3 } })
  expect(() => changed(study, { seeds: -1 })).toThrow('seeds is -1')
  expect(() => changed(study, { variants: fewer, against: ['adam'] })).toThrow('against: variant "adam"')
})

test('names that every object has are names as any other', () => {
  const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'NaN', '7']
  const variants = Object.fromEntries(names.map(name => [name, { ...adam }]))
  const { study } = defineStudy({ name: 'constructor', variants, data: ['blobs'], selection: 'fixed', seeds: 1 })
  const runs = finalRuns(study, givenSettings(study))
  expect(runs.map(({ spec }) => spec.variant).toSorted()).toEqual(names.toSorted())
})
