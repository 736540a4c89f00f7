/** `plastax study` as users run it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromJson } from '../../src/study/json.js'
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
    const small = ['--as-published', '--seeds', '1', '--epochs', '1', '--workers', '2']
    finished = await plastax('study', 'run', example, ...small, '--out', out)
  })

  test('runs, and ends in a report', async () => {
    expect(finished, finished.stderr).toMatchObject({ code: 0 })
    expect(finished.stderr).toMatch(/^final runs: 6 runs\n(\[\d\/6\] .*%.*\n){6}$/)
    expect(finished.stdout).toContain(`${out}/report/report.html`)
    expect(await readdir(join(out, 'report'))).toEqual(expect.arrayContaining(['report.html', 'figures', 'tables']))
  })

  test('leaves a folder for each run, with all that it was', async () => {
    const runs = await readdir(join(out, 'runs'))
    expect(runs).toHaveLength(6)
    const inRun = (file: string) => readFile(join(out, 'runs', runs[0] as string, file), 'utf8')
    expect(fromJson(await inRun('config.json'))).toMatchObject({ id: runs[0], versions: { node: expect.anything() } })
    const events = (await inRun('events.jsonl'))
      .trimEnd()
      .split('\n')
      .map(line => fromJson(line))
    expect(events).toMatchObject([{ event: 'started' }, { event: 'epoch' }, { event: 'finished' }])
    expect(fromJson(await inRun('summary.json'))).toMatchObject({ outcome: { status: 'completed' } })
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
      '--seeds',
      '1',
      '--epochs',
      '1',
      '--out',
      out,
    )
    expect(again.stderr).toBe('final runs: 6 runs, 6 of them finished before\n')
    expect(await page()).toBe(before)
    expect((await plastax('study', 'report', out)).code).toBe(0)
    expect(await page()).toBe(before)
  })

  test('tells how it stands', async () => {
    const { stdout } = await plastax('study', 'status', out)
    expect(stdout).toBe('one-signal (plastax study run docs/examples/own-study.ts)\nfinal: 6 of 6 runs\n')
  })
})

test('a dry run prints the grid and writes nothing', async () => {
  const out = join(folder, 'dry')
  const { code, stdout, stderr } = await plastax('study', 'run', example, '--dry-run', '--out', out)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('fashion-mnist, 10 %, mlp; fashion-mnist, 100 %, mlp')
  expect(stdout).toContain('60 runs to choose settings, 48 final runs: 594 passes over a whole training set')
  expect(await readdir(folder)).not.toContain('dry')
})

test('Ctrl-C ends a study within a moment, and the next command goes on', async () => {
  const out = join(folder, 'interrupted')
  const command = ['study', 'run', example, '--as-published', '--seeds', '1', '--epochs', '2', '--out', out]
  const { child, end } = start(command)
  await new Promise<void>(resolve => child.stderr?.on('data', text => String(text).includes('[1/6]') && resolve()))
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(code).toBe(130)
  expect(stderr).toContain(`interrupted; run the same command again to go on: '${out}' keeps what is done`)
  expect(await readdir(out)).not.toContain('lock')
  const { stderr: rest } = await plastax(...command)
  expect(rest).toMatch(/^final runs: 6 runs, [1-5] of them finished before\n/)
})

const broken: readonly (readonly [string, string, RegExp])[] = [
  ['no study', 'export default 1', /has no study; export default defineStudy/],
  ['bad TypeScript', 'export default (', /^error: '.*broken.ts': /],
  [
    'everything that is wrong',
    `import { defineStudy } from 'plastax/study'\nexport default defineStudy({ name: 'x', variants: {}, seeds: 0, data: ['mnits'] })`,
    /variants is empty[\s\S]*"mnits" is not known; did you mean 'mnist'[\s\S]*seeds is 0/,
  ],
]
test.each(broken)('a definition is refused before anything runs: %s', async (_, text, message) => {
  const file = join(folder, 'broken.ts')
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
  expect(stderr).toMatch(/^final runs: 2 runs\nerror: data: .*has no train-images-idx3-ubyte.*name a folder.*\n$/)
  expect(await readdir(out)).toEqual(['study.json'])
})
