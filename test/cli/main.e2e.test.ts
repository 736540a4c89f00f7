import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, plastax, start } from './build.js'

const TIMEOUT = 60_000
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-e2e-'))
  await build()
}, 120_000)
afterAll(() => rm(folder, { recursive: true }))

/** One line on standard error, nothing on standard output, no stack trace, and a bad exit code. */
const expectRefusal = async (args: readonly string[], message: RegExp) => {
  const { code, stdout, stderr } = await plastax(...args)
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(/^error: /)
  expect(stderr).not.toMatch(/\n {4}at /)
  expect(stdout).toBe('')
  expect(code).toBeGreaterThan(0)
}

test('help and version', { timeout: TIMEOUT }, async () => {
  const manifest = JSON.parse(await readFile('package.json', 'utf8'))
  expect(await start(['--version']).end).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  const help = await plastax('compare', '--help')
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('neuroplastic')
})

test('what is wrong is one line', { timeout: TIMEOUT }, async () => {
  await expectRefusal(['compare', '--epoch', '1'], /unknown option '--epoch' \(Did you mean --epochs\?\)/)
  await expectRefusal(['compare', '--variants', 'adma'], /no variant 'adma'; did you mean 'adam'\?/)
  await expectRefusal(['compare', '--data', join(folder, 'absent')], /absent: is not there; name a folder/)
  const file = join(folder, 'absent', 'results.json')
  await expectRefusal(['compare', '--json', file], /cannot write '.*results\.json': there is no folder/)
})

test('a damaged data file is named', { timeout: TIMEOUT }, async () => {
  const damaged = join(folder, 'damaged')
  await mkdir(damaged)
  for (const name of await readdir('src/data/images/fashion-mnist'))
    await copyFile(join('src/data/images/fashion-mnist', name), join(damaged, name))
  await truncate(join(damaged, 't10k-labels-idx1-ubyte.gz'), 2000)
  await expectRefusal(['compare', '--data', damaged], /t10k-labels-idx1-ubyte\.gz: is a damaged gzip file/)
})

test('a comparison: table, verdict, a line for each run, and the file', { timeout: TIMEOUT }, async () => {
  const file = join(folder, 'results.json')
  const args = ['--variants', 'neuroplastic', '--epochs', '1', '--seeds', '2', '--fraction', '0.05']
  const { code, stdout, stderr } = await start(['compare', ...args, '--json', file]).end

  // Nothing but these lines: no banner and no warning of TensorFlow.js.
  const lines = stderr.trim().split('\n')
  expect(lines.map(line => line.replace(/: .*/, ''))).toEqual([
    'neuroplastic, seed 0',
    'neuroplastic-alpha-one, seed 0',
    'neuroplastic, seed 1',
    'neuroplastic-alpha-one, seed 1',
  ])
  expect(code).toBe(0)
  expect(stdout).toMatch(/300 images to train, 10000 to test/)
  expect(stdout).toMatch(/│ neuroplastic +│/)
  expect(stdout).toMatch(/2 seeds cannot tell/)

  const report = JSON.parse(await readFile(file, 'utf8'))
  expect(report.config).toMatchObject({ fraction: 0.05, trainImages: 300, epochs: 1, seeds: [0, 1], batchSize: 128 })
  expect(report.backend).toBe('wasm')
  expect(report.versions.tfjs).toMatch(/^4\./)
  expect(report.runs.map(({ variant, seed }: { variant: string; seed: number }) => `${variant} ${seed}`)).toEqual([
    'neuroplastic 0',
    'neuroplastic-alpha-one 0',
    'neuroplastic 1',
    'neuroplastic-alpha-one 1',
  ])
  for (const { epochs, outcome } of report.runs) {
    expect(outcome).toEqual({ status: 'completed' })
    expect(epochs).toHaveLength(1)
    // Three steps are not much, but they are better than a guess.
    expect(epochs[0].testAccuracy).toBeGreaterThan(0.12)
    expect(epochs[0].testAccuracy).toBeLessThan(1)
    expect(epochs[0].seconds).toBeGreaterThan(0)
  }
  expect(report.runs[0].epochs[0].alpha.min).toBeGreaterThanOrEqual(0.19)
  expect(report.runs[1].epochs[0]).not.toHaveProperty('alpha')
  expect(report.summary[0].gaps['neuroplastic-alpha-one'].pairs).toBe(2)
  expect(stdout).toContain(report.verdict)
  expect((await readdir(folder)).filter(name => name.includes('results'))).toEqual(['results.json'])

  const again = join(folder, 'again.json')
  await plastax('compare', ...args, '--json', again)
  const accuracies = (runs: readonly { readonly epochs: readonly { readonly testLoss: number }[] }[]) =>
    runs.map(({ epochs }) => epochs[0]?.testLoss)
  expect(accuracies(JSON.parse(await readFile(again, 'utf8')).runs)).toEqual(accuracies(report.runs))
})

test('Ctrl-C ends it at once and writes no file', { timeout: TIMEOUT }, async () => {
  const file = join(folder, 'interrupted.json')
  const args = ['--variants', 'sgd', '--epochs', '1', '--seeds', '500', '--fraction', '0.05', '--json', file]
  const { child, end } = start(['compare', ...args])
  child.stderr?.once('data', () => child.kill('SIGINT'))
  const { code, stdout, stderr } = await end
  expect(code).toBe(130)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/interrupted; '.*interrupted\.json' was not written\n$/)
  expect((await readdir(folder)).filter(name => name.includes('interrupted'))).toEqual([])
})

test("a configuration file of the authors': warnings, a table, and the file", { timeout: TIMEOUT }, async () => {
  const [config, json] = [join(folder, 'run.yaml'), join(folder, 'run.json')]
  await writeFile(config, 'experiment:\n  dataset: synthetic_mnist\n  epochs: 1\n  device: cuda\nplasticity: {}\n')
  const { code, stdout, stderr } = await plastax('train', '--config', config, '--as-published', '--json', json)
  expect(stderr.trim().split('\n')).toEqual([
    `warning: ${config}: experiment.device has no effect: runs are on the CPU, on the WASM backend`,
    expect.stringMatching(/^neuroplastic, seed 42: /),
  ])
  expect(code).toBe(0)
  expect(stdout).toMatch(/1024 examples to train, 256 to test; mlp 784-256-256-10; 1 epoch, seed 42, batches of 128\n/)
  expect(stdout).toMatch(/│ 1 +│ +2\.\d{4} │/)
  expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
    config: { asPublished: true, progress: 'always 1' },
    run: { outcome: { status: 'completed' } },
  })

  await writeFile(config, 'experiment: { lr: 0, epoch: 1 }\n')
  const bad = await plastax('train', '--config', config)
  expect(bad).toMatchObject({ code: 1, stdout: '' })
  expect(bad.stderr.trim().split('\n')).toEqual([
    `error: ${config}: experiment.epoch is not a key; did you mean 'epochs'?`,
    `error: ${config}: experiment.lr must be a number in (0, inf); got 0`,
  ])
  await expectRefusal(
    ['train', '--config', join(folder, 'absent.yaml')],
    /absent\.yaml: is not there; name a YAML file/,
  )
  await expectRefusal(['train', '--config', folder], /is a folder; name a YAML file/)
})
