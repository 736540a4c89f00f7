import { CommanderError } from 'commander'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { expect, test } from 'vitest'
import type { CompareOptions } from '../../src/cli/options.js'
import { program } from '../../src/cli/program.js'
import type { TrainOptions } from '../../src/cli/train.js'
import { row, rows } from './fixtures.js'

const all = [...rows, row('sgd', 'baseline')]

/** Parses arguments, with a comparison that only remembers what it was asked to do. */
const parse = async (args: readonly string[], failure?: string) => {
  const asked: CompareOptions[] = []
  const trained: TrainOptions[] = []
  const out: string[] = []
  const err: string[] = []
  const compare = async (options: CompareOptions) => {
    asked.push(options)
    return failure
  }
  const train = async (options: TrainOptions) => {
    trained.push(options)
    return failure === undefined ? [] : failure.split('\n')
  }
  const parts = {
    version: '1.2.3',
    variants: all,
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void err.push(text),
    compare,
    train,
    runStudy: () => TE.right(undefined),
    studyStatus: () => TE.right(undefined),
    studyReport: () => TE.right(undefined),
    studyWorker: () => TE.right(undefined),
  }
  const code = await program(parts)
    .parseAsync([...args], { from: 'user' })
    .then(
      () => 0,
      (error: unknown) => {
        if (error instanceof CommanderError) return error.exitCode
        throw error
      },
    )
  return { code, asked, trained, out: out.join(''), err: err.join('') }
}

test('the defaults are a comparison of a minute or two on the shipped images', async () => {
  const { code, asked } = await parse(['compare'])
  expect(code).toBe(0)
  expect(asked).toHaveLength(1)
  expect(asked[0]?.variants.map(({ name }) => name)).toEqual(['neuroplastic', 'grad-only', 'adam', 'sgd'])
  expect(asked[0]).toMatchObject({
    controls: 'one',
    data: 'shipped',
    fraction: 1,
    epochs: 10,
    seeds: 3,
    batchSize: 128,
  })
  expect(asked[0]).not.toHaveProperty('json')
})

test('options become values', async () => {
  const args = '--variants sgd,adam --data full --fraction 0.5 --epochs 2 --seeds 8 --batch-size 64 --json out.json'
  const { asked } = await parse(['compare', ...args.split(' ')])
  expect(asked[0]?.variants.map(({ name }) => name)).toEqual(['sgd', 'adam'])
  const { variants: _, ...rest } = asked[0]!
  expect(rest).toEqual({
    controls: 'one',
    data: 'full',
    fraction: 0.5,
    epochs: 2,
    seeds: 8,
    batchSize: 64,
    json: 'out.json',
  })
})

test.each([
  ['--epoch 3', /unknown option '--epoch' \(Did you mean --epochs\?\)/],
  ['--epochs x', /'--epochs <n>' argument 'x' is invalid.*an integer in \[1, 100000\]/],
  ['--epochs 1e9', /an integer in \[1, 100000\]/],
  ['--seeds 0', /'--seeds <n>' argument '0' is invalid/],
  ['--seeds 1e9', /'--seeds <n>' argument '1e9' is invalid.*an integer in \[1, 1000\]/],
  ['--batch-size 1e9', /an integer in \[1, 1000000\]/],
  ['--fraction 2', /'--fraction <f>' argument '2' is invalid.*a number in \(0, 1\]/],
  ['--batch-size -1', /'--batch-size <n>' argument '-1' is invalid/],
  ['--variants neuroplastik', /no variant 'neuroplastik'; did you mean 'neuroplastic'\?/],
  ['--json', /'--json <file>' argument missing/],
  ['extra', /too many arguments/],
])('compare %s: one line that says what is wrong, and no training', async (args, message) => {
  const { code, asked, err, out } = await parse(['compare', ...args.split(' ')])
  expect(code).not.toBe(0)
  expect(asked).toEqual([])
  expect(err).toMatch(message)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(out).toBe('')
})

test('an unknown command is named, with the one that was meant', async () => {
  const { code, err } = await parse(['compar'])
  expect(code).not.toBe(0)
  expect(err).toBe("error: unknown command 'compar' (Did you mean compare?)\n")
})

test('what fails in the comparison is one line, and the exit code says so', async () => {
  expect(await parse(['compare'], "cannot write 'x': permission denied")).toMatchObject({
    code: 1,
    err: "error: cannot write 'x': permission denied\n",
  })
})

test('help names each option and variant; version is the version; both end well', async () => {
  const help = await parse(['compare', '--help'])
  expect(help.code).toBe(0)
  for (const option of ['--variants', '--data', '--fraction', '--epochs', '--seeds', '--batch-size', '--json'])
    expect(help.out).toContain(option)
  for (const { name, description } of all) expect(help.out).toMatch(new RegExp(`${name} +(control: )?${description} `))
  expect(await parse(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n', err: '' })
  expect((await parse(['--help'])).out).toContain('compare [options]')
})

test('train: options become values', async () => {
  const { code, trained } = await parse(['train', '--config', 'run.yaml'])
  expect(code).toBe(0)
  expect(trained).toEqual([{ config: 'run.yaml' }])
  const args = '--config run.yaml --as-published --data shipped --seed 0 --epochs 2 --json out.json'
  expect((await parse(['train', ...args.split(' ')])).trained).toEqual([
    { config: 'run.yaml', asPublished: true, data: 'shipped', seed: 0, epochs: 2, json: 'out.json' },
  ])
})

test.each([
  ['', /required option '--config <file>' not specified/],
  ['--config', /'--config <file>' argument missing/],
  ['--config x --seed -1', /'--seed <n>' argument '-1' is invalid.*an integer in \[0, 9007199254740991\]/],
  ['--config x --epochs 0', /'--epochs <n>' argument '0' is invalid/],
  ['--config x --as-publish', /unknown option '--as-publish' \(Did you mean --as-published\?\)/],
  ['x.yaml --config x', /too many arguments/],
])('train %s: one line that says what is wrong, and no training', async (args, message) => {
  const { code, trained, err, out } = await parse(['train', ...args.split(' ').filter(arg => arg !== '')])
  expect(code).not.toBe(0)
  expect(trained).toEqual([])
  expect(err).toMatch(message)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(out).toBe('')
})

test('what fails in training is a line for each fault, and the exit code says so', async () => {
  expect(await parse(['train', '--config', 'x'], 'x: one is wrong\nx: two is wrong')).toMatchObject({
    code: 1,
    err: 'error: x: one is wrong\nerror: x: two is wrong\n',
  })
})

test.each([
  ['study run fashion --seeds 1e9', /an integer in \[1, 1000\]/],
  ['study run fashion --epochs 1e9', /an integer in \[1, 100000\]/],
  ['study run fashion --workers 1e9', /an integer in \[1, 1024\]/],
  ['study worker --concurrency 1e9', /an integer in \[1, 1024\]/],
  ['study worker --lock 1e9', /a number in \(0, 86400\]/],
  ['train --config x --epochs 1e9', /an integer in \[1, 100000\]/],
  ['train --config x --seed 9007199254740993', /an integer in \[0, 9007199254740991\]/],
  ['train --config x --seed -1', /an integer in \[0, 9007199254740991\]/],
])('no number is without a bound: %s', async (args, message) => {
  const { code, err, trained } = await parse(args.split(' '))
  expect(code).not.toBe(0)
  expect(err).toMatch(message)
  expect(trained).toEqual([])
})
