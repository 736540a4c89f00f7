/** The command line among streams that fail, folders that are none, and studies that die or never come. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, mainFile, plastax, start } from './build.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-hostile-'))
  await build()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A study on blobs; `more` is in its file before it, `change` in its definition. */
const study = async (name: string, more = '', change = ''): Promise<string> => {
  const file = join(folder, `${name}.ts`)
  const lines = [
    "import { isMainThread } from 'node:worker_threads'",
    "import { defineStudy, variants } from 'plastax/study'",
    "import { leafwise } from 'plastax'",
    more,
    'const { adam, sgd } = variants',
    `export default defineStudy({ name: '${name}', variants: { adam, sgd }, data: ['blobs'], fractions: [0.05], selection: 'fixed', seeds: 2, epochs: 1, ${change} })`,
  ]
  await writeFile(file, lines.join('\n'))
  return file
}

/** Runs a shell line in which $plastax is the command; the code is that of the command. */
const shell = (line: string): Promise<{ readonly code: number | null; readonly out: string }> =>
  new Promise(resolve => {
    const child = spawn('bash', [
      '-c',
      `set -o pipefail; ${line.replaceAll('$plastax', `'${process.execPath}' '${mainFile}'`)}`,
    ])
    let out = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', text => {
        out += text
      })
    child.on('close', code => resolve({ code, out }))
  })

describe('streams', () => {
  test('a closed or full standard error changes nothing of a study', async () => {
    const file = await study('streams')
    const out = join(folder, 'closed')
    const piped = await shell(`$plastax study run ${file} --workers 1 --out ${out} 2>&1 | head -1`)
    expect(piped).toEqual({ code: 0, out: 'final runs: 4 runs\n' })
    expect(await readdir(join(out, 'report'))).toContain('report.html')
    const full = await shell(`$plastax study run ${file} --workers 1 --out ${join(folder, 'full')} 2> /dev/full`)
    expect(full.code).toBe(0)
    expect(full.out).toContain('report.html')
  })

  test('a full standard output is told, and what was asked for in a file is there', async () => {
    const json = join(folder, 'full.json')
    const args = `--variants sgd --epochs 1 --seeds 1 --fraction 0.01 --json ${json}`
    const { code, out } = await shell(`$plastax compare ${args} > /dev/full`)
    expect(out).toMatch(/error: not all results could be printed: standard output: .*ENOSPC/)
    expect(code).toBe(1)
    expect(JSON.parse(await readFile(json, 'utf8')).runs).toHaveLength(1)
    const closed = await shell(`$plastax compare ${args} | true`)
    expect(closed.code).toBe(0)
  })
})

describe('folders', () => {
  test.each(['/proc/x', '/dev/null/x'])('where none can be made, that is said at once: %s', async out => {
    const { code, stderr } = await plastax('study', 'run', await study('nowhere'), '--out', out)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: there is no folder '.*', and none can be made: /)
  })

  test('a file is no folder', async () => {
    const file = await study('filed')
    const { code, stderr } = await plastax('study', 'run', file, '--out', file)
    expect([code, stderr]).toEqual([1, `error: '${file}' is a file; name a folder, or none yet, with --out\n`])
  })

  test('a dangling link is no lock', async () => {
    const out = join(folder, 'locked')
    await mkdir(out)
    await symlink('nowhere', join(out, 'lock'))
    const { code, stderr } = await plastax('study', 'run', await study('lockedout'), '--out', out)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/lock' is no lock, but a link, a folder or a device; remove it\n$/),
    ])
  })
})

describe('studies', () => {
  test('one that awaits what never comes ends with a sentence', async () => {
    const file = await study('never', 'await new Promise(() => undefined)')
    const { code, stderr } = await start(['study', 'run', file, '--dry-run']).end
    expect(stderr).toBe(
      `error: '${file}': it never ends loading: something that it awaits at its top level does not come\n`,
    )
    expect(code).toBe(1)
  })

  test('a million runs are refused, with their number', async () => {
    const change = 'seeds: 1000, fractions: Array.from({ length: 500 }, (_, i) => (i + 1) / 500)'
    const { code, stderr } = await plastax('study', 'run', await study('million', '', change))
    expect(code).toBe(1)
    expect(stderr).toMatch(/it makes 1000000 runs, which take 12 days at a second each; 100000 are the most/)
  })

  test('of many runs it is said how many, and Ctrl-C is heard while they are planned', async () => {
    const change = 'seeds: 1000, fractions: Array.from({ length: 49 }, (_, i) => (i + 1) / 50)'
    const { child, end } = start(['study', 'run', await study('many', '', change), '--out', join(folder, 'many')])
    const said = await new Promise<string>(resolve => child.stderr?.once('data', text => resolve(String(text))))
    expect(said).toBe('98000 runs are planned, which take 28 hours at a second each\n')
    child.kill('SIGINT')
    const { code, signal } = await end
    expect([code, signal]).toEqual([null, 'SIGINT'])
  })

  test('a dry run says what is finished already', async () => {
    const file = await study('dry')
    const out = join(folder, 'dry')
    expect((await plastax('study', 'run', file, '--dry-run', '--out', out)).stdout).toMatch(/none is finished in '/)
    expect(await readdir(folder)).not.toContain('dry')
    expect((await plastax('study', 'run', file, '--out', out, '--seeds', '1')).code).toBe(0)
    const { stdout } = await plastax('study', 'run', file, '--dry-run', '--out', out)
    expect(stdout).toContain(`2 of 4 are finished in '${out}'\n`)
  })

  test.each([
    ['exit', 'if (!isMainThread) setTimeout(() => process.exit(7), 300)', /its thread was ended, with code 7/],
    ['throw', "if (!isMainThread) setTimeout(() => { throw new Error('too late') }, 300)", /too late/],
    ['rejection', "if (!isMainThread) setTimeout(() => void Promise.reject(new Error('unheard')), 300)", /unheard/],
    [
      'memory',
      'if (!isMainThread) { const all = []; const more = () => { for (let i = 0; i < 1e5; i++) all.push(new Array(100).fill(i)); setTimeout(more, 0) }; setTimeout(more, 300) }',
      /its thread ran out of memory/,
    ],
  ])('why a thread died is in events, status and report: %s', async (name, more, reason) => {
    const file = await study(`dies-${name}`, more, 'epochs: 2000')
    const out = join(folder, `dies-${name}`)
    const { child, end } = start(['study', 'run', file, '--out', out, '--workers', '1', '--seeds', '1'], {
      NODE_OPTIONS: '--max-old-space-size=150',
    })
    const { code, stderr } = await end
    expect(child.signalCode).toBeNull()
    expect(code).toBe(1)
    expect(stderr).toMatch(reason)
    const runs = await readdir(join(out, 'runs'))
    const events = await readFile(join(out, 'runs', runs[0] as string, 'events.jsonl'), 'utf8')
    expect(JSON.parse(events.trimEnd().split('\n').at(-1) as string)).toMatchObject({
      event: 'failed',
      reason: expect.stringMatching(reason),
    })
    expect((await plastax('study', 'status', out)).stdout).toMatch(reason)
  })

  test('why a folder of a run cannot be made is in status', async () => {
    const file = await study('nofolder')
    const out = join(folder, 'nofolder')
    await mkdir(out)
    await writeFile(join(out, 'runs'), 'a file')
    const { code, stderr } = await plastax('study', 'run', file, '--out', out, '--workers', '1')
    expect(code).toBe(1)
    expect(stderr).toMatch(/none can be made: something else has this name/)
    expect((await plastax('study', 'status', out)).stdout).toMatch(
      /failed: there is no folder '.*runs', and none can be made/,
    )
  })
})

test('names reach the terminal without the codes that it would obey, and no word whole that nobody reads', async () => {
  const red = await plastax('study', 'run', '\u001b[31mred')
  expect(red.stderr).toMatch(/^error: there is no study '\\x1b\[31mred'/)
  const long = await plastax('compare', '--variants', 'x'.repeat(1e5))
  expect(long.stderr.length).toBeLessThan(2000)
  expect(long.stderr).toMatch(/\(1\d{5} letters in all\)/)
  const file = await study('described', '', "description: 'a\\u001b[31mred'")
  const { stdout } = await plastax('study', 'run', file, '--dry-run')
  expect(stdout).toContain('a\\x1b[31mred')
})

test('a configuration that never ends is refused', async () => {
  const { code, stderr } = await plastax('train', '--config', '/dev/zero')
  expect([code, stderr]).toEqual([
    1,
    'error: /dev/zero: cannot be read (it is larger than 1000000 bytes); name a YAML file\n',
  ])
})

test('a training run that diverges ends with 1, and its results are there', async () => {
  const [config, json] = [join(folder, 'wild.yaml'), join(folder, 'wild.json')]
  await writeFile(config, 'experiment: { dataset: synthetic_mnist, optimizer: sgd, lr: 100, epochs: 1 }\n')
  const { code, stdout, stderr } = await plastax('train', '--config', config, '--json', json)
  expect(code).toBe(1)
  expect(stderr).toMatch(/error: diverged at epoch 1, step \d+: the training loss is NaN\n$/)
  expect(stdout).toMatch(/\ndiverged at epoch 1/)
  expect(JSON.parse(await readFile(json, 'utf8')).run.outcome.status).toBe('diverged')
})
