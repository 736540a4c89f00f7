/** `plastax study` where there is nothing to run: what is wrong is one line, and says what would be right. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { run } from '../../src/cli/run.js'
import { builtinStudies } from '../../src/study/builtin/index.js'
import { defineStudy } from '../../src/study/define.js'
import { folderStore } from '../../src/study/folder.js'
import { manifestOf, writeManifest } from '../../src/study/manifest.js'
import { variants } from '../../src/study/variants.js'
import { plannedRun } from '../study/runs.js'

/** The exit code of a command, and what it wrote. */
const outcome = async (args: readonly string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = {
    stdout,
    stderr: stderr as unknown as NodeJS.WriteStream,
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  }
  const code = await run(args, io)
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

const wrong: readonly (readonly [readonly string[], RegExp])[] = [
  [['run', 'fashon'], /there is no study 'fashon'; did you mean 'fashion'/],
  [['run', './nowhere.ts'], /there is no file '.\/nowhere.ts'/],
  [['run', 'fashion', '--variants', 'neuroplastik'], /there is no variant 'neuroplastik'; did you mean 'neuroplastic'/],
  [['run', 'fashion', '--workers', '0'], /It must be an integer in \[1, 1024\]/],
  [['run', 'fashion', '--engine', 'slurm'], /Allowed choices are local, bullmq/],
  [['status', 'nowhere'], /there is no study in 'nowhere'/],
  [['report', 'nowhere'], /there is no study in 'nowhere'/],
]
test.each(wrong)('study %j says what would be right', async (args, message) => {
  const { code, stdout, stderr } = await outcome(['study', ...args])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(message)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
})

test('study run --help names each built-in study', async () => {
  const { code, stdout } = await outcome(['study', 'run', '--help'])
  expect(code).toBe(0)
  for (const name of Object.keys(builtinStudies)) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
})

test('study status says why runs failed once, and names those that did', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plastax-status-'))
  const { study } = defineStudy({ name: 'mine', variants: { adam: variants.adam } })
  const request = { study: './mine.ts', quick: false, asPublished: false }
  const tuning = [1000, 1001, 1002].map(seed => plannedRun('adam', seed))
  const final = [0, 1].map(seed => plannedRun('adam', seed))
  await writeManifest(folder, manifestOf(study, { request, fingerprint: 'f' }, { tuning, final, choices: [] }))
  for (const run of tuning.slice(1)) await (await folderStore(folder, run)).log({ event: 'failed', reason: 'no data' })
  const { stdout } = await outcome(['study', 'status', folder])
  expect(stdout.trimEnd().split('\n')).toEqual([
    'mine (plastax study run ./mine.ts)',
    'to choose settings: 0 of 3 runs',
    'final: 0 of 2 runs',
    'failed: no data',
    '  adam-1001',
    '  adam-1002',
    'no settings could be chosen: no data',
  ])
  await rm(folder, { recursive: true })
})

test('study run refuses the folder of an earlier Plastax, whose runs are named by printed rules; its status is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plastax-earlier-'))
  const { study } = defineStudy({ name: 'fashion', variants: { adam: variants.adam } })
  const request = { study: 'fashion', quick: true, asPublished: false }
  const plan = { tuning: [], final: [plannedRun('adam', 0)], choices: [] }
  const manifest = manifestOf(study, { request, fingerprint: 'f' }, plan)
  await writeManifest(folder, { ...manifest, format: 'plastax study 1' })
  const { code, stderr } = await outcome(['study', 'run', 'fashion', '--quick', '--out', folder])
  expect(code).toBe(1)
  expect(stderr).toContain(`'${folder}' was written by an earlier Plastax`)
  expect(stderr).toContain('take another folder')
  expect((await outcome(['study', 'status', folder])).stdout).toContain('final: 0 of 1 run')
  await rm(folder, { recursive: true })
})
