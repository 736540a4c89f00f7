/** `plastax study` as users run it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, type Finished, plastax, start } from '../cli/build.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-study-'))
  await build()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const example = 'docs/examples/own-study.ts'

describe('the study of the guide', () => {
  let out: string
  let finished: Finished
  beforeAll(async () => {
    out = join(folder, 'guide')
    const small = ['--as-published', '--variants', 'activity,adam', '--seeds', '1', '--epochs', '1', '--workers', '2']
    finished = await plastax('study', 'run', example, ...small, '--out', out)
  })

  test('runs, and ends in a report', async () => {
    expect(finished, finished.stderr).toMatchObject({ code: 0 })
    expect(finished.stderr).toMatch(
      /^With 1 seed no claim can be made good, .*\nfinal runs: 12 runs\n(\[\d+\/12\] .*%.*\n){12}$/,
    )
    expect(finished.stdout).toContain(`${out}/report/report.html`)
    expect(await readdir(join(out, 'report'))).toEqual(expect.arrayContaining(['report.html', 'figures', 'tables']))
  })

  test('leaves a folder for each run, with all that it was', async () => {
    const runs = await readdir(join(out, 'runs'))
    expect(runs).toHaveLength(12)
    const inRun = (file: string) => readFile(join(out, 'runs', runs[0] as string, file), 'utf8')
    expect(JSON.parse(await inRun('config.json'))).toMatchObject({ id: runs[0], versions: { node: expect.anything() } })
    const events = (await inRun('events.jsonl'))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(events).toMatchObject([{ event: 'started' }, { event: 'epoch' }, { event: 'finished' }])
    expect(JSON.parse(await inRun('summary.json'))).toMatchObject({ outcome: { status: 'completed' } })
    expect(await readdir(out)).not.toContain('lock')
  })

  test('is not run again, and its report is the same', async () => {
    const page = () => readFile(join(out, 'report', 'report.html'), 'utf8')
    const before = await page()
    const again = await plastax(
      'study',
      'run',
      example,
      '--as-published',
      '--variants',
      'activity,adam',
      '--seeds',
      '1',
      '--epochs',
      '1',
      '--out',
      out,
    )
    expect(again.stderr).toMatch(/^With 1 seed .*\nfinal runs: 12 runs, 12 of them finished before\n$/)
    expect(await page()).toBe(before)
    expect((await plastax('study', 'report', out)).code).toBe(0)
    expect(await page()).toBe(before)
  })

  test('tells how it stands', async () => {
    const { stdout } = await plastax('study', 'status', out)
    expect(stdout).toBe('one-signal (plastax study run docs/examples/own-study.ts)\nfinal: 12 of 12 runs\n')
  })
})

test('a dry run prints the grid and writes nothing', async () => {
  const out = join(folder, 'dry')
  const { code, stdout, stderr } = await plastax('study', 'run', example, '--dry-run', '--out', out)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('fashion-mnist, 10 %, mlp; fashion-mnist, 100 %, mlp')
  expect(stdout).toContain(
    '200 runs to choose settings, 160 final runs: 1980 passes over a whole training set\n252 runs of them are of the controls',
  )
  expect(await readdir(folder)).not.toContain('dry')
})

test('Ctrl-C ends a study within a moment, and the next command goes on', async () => {
  const out = join(folder, 'interrupted')
  const command = [
    'study',
    'run',
    example,
    '--as-published',
    '--variants',
    'adam',
    '--seeds',
    '1',
    '--epochs',
    '2',
    '--out',
    out,
  ]
  const { child, end } = start(command)
  await new Promise<void>(resolve => child.stderr?.on('data', text => String(text).includes('[1/2]') && resolve()))
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(code).toBe(130)
  expect(stderr).toContain(`interrupted; run the same command again to go on: '${out}' keeps what is done`)
  expect(await readdir(out)).not.toContain('lock')
  const { stderr: rest } = await plastax(...command)
  expect(rest).toMatch(/^final runs: 2 runs, 1 of them finished before\n/)
})

/** A study of one variant on blobs; `more` is in its file before it. */
const small = async (name: string, more: string, learningRate = '0.1'): Promise<string> => {
  const file = join(folder, `${name}.ts`)
  const lines = [
    "import { isMainThread } from 'node:worker_threads'",
    "import { defineStudy, variants } from 'plastax/study'",
    more,
    `const adam = { ...variants.adam, settings: { learningRate: ${learningRate} } }`,
    `export default defineStudy({ name: '${name}', variants: { adam }, data: ['blobs'], selection: 'fixed', seeds: 1, epochs: 1 })`,
  ]
  await writeFile(file, lines.join('\n'))
  return file
}

test('a second Ctrl-C ends a study whose threads hear nothing', async () => {
  const file = await small('deaf', 'if (!isMainThread) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)')
  const { child, end } = start(['study', 'run', file, '--out', join(folder, 'deaf'), '--workers', '1'])
  await new Promise<void>(resolve => child.stderr?.once('data', () => resolve()))
  // By then the run has been given to the thread.
  await sleep(1000)
  child.kill('SIGINT')
  await sleep(300)
  expect(child.exitCode).toBeNull()
  child.kill('SIGINT')
  expect((await end).code).toBe(130)
})

test('a file that was edited before a thread read it is refused', async () => {
  const file = await small('edited', '', 'isMainThread ? 0.1 : 0.2')
  const out = join(folder, 'edited')
  const { code, stderr } = await plastax('study', 'run', file, '--out', out, '--workers', '1')
  expect(code).toBe(1)
  const sentence = `'${file}' has changed since the study was started; run the same command again`
  expect(stderr).toContain(`failed: ${sentence}`)
  const [id] = await readdir(join(out, 'runs'))
  const { stdout } = await plastax('study', 'status', out)
  expect(stdout).toMatch(/final: 0 of 1 run\n/)
  expect(stdout).toContain(sentence)
  expect(stdout).toContain(id)
})

const broken: readonly (readonly [string, string, RegExp])[] = [
  ['no study', 'export default 1', /has no study; export default defineStudy/],
  ['bad TypeScript', 'export default (', /^error: '.*broken\.ts': /],
  [
    'everything that is wrong',
    `import { defineStudy } from 'plastax/study'\nexport default defineStudy({ name: 'x', variants: {}, seeds: 0, data: ['mnits'] })`,
    /variants is empty[\s\S]*"mnits" is not known; did you mean 'mnist'[\s\S]*seeds is 0/,
  ],
]
test.each(broken)('a definition is refused before anything runs: %s', async (name, text, message) => {
  const file = join(folder, `${name}.broken.ts`)
  await writeFile(file, text)
  const { code, stdout, stderr } = await plastax('study', 'run', file, '--out', join(folder, 'refused'))
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/\n +at /)
  expect(await readdir(folder)).not.toContain('refused')
})

test('a set that is missing is named once, with what brings it, before anything runs', async () => {
  const out = join(folder, 'missing')
  const args = ['study', 'run', 'fashion', '--as-published', '--variants', 'adam', '--seeds', '2', '--data', folder]
  const { code, stderr } = await plastax(...args, '--out', out)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error: data: .*has no train-images-idx3-ubyte.*name a folder.*\n$/)
  expect(await readdir(folder)).not.toContain('missing')
})
