/** `plastax study` where there is nothing to run: what is wrong is one line, and says what would be right. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { run } from '../../src/cli/run.js'
import { builtinStudies } from '../../src/study/builtin/index.js'

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
  [['run', 'fashion', '--workers', '0'], /It must be an integer in \[1, inf\)/],
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
