import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { doneFraction, reporter, runLine } from '../../src/cli/progress.js'
import { divergedRun, run } from './fixtures.js'

const at = (epoch: number, step: number) => ({ epoch, epochs: 4, step, steps: 10, loss: 1 })

test('the fraction done goes from a step of the first run to 1', () => {
  expect(doneFraction(0, 2, at(1, 1))).toBeCloseTo(1 / 80)
  expect(doneFraction(1, 2, at(1, 10))).toBeCloseTo(1 / 2 + 1 / 8)
  expect(doneFraction(1, 2, at(4, 10))).toBe(1)
})

test('a run is one line, with how it went', () => {
  expect(runLine(run('adam', 2, [0.5, 0.8412]))).toBe('adam, seed 2: 84.1 % after 2 epochs, 6.0 s')
  expect(runLine(run('adam', 2, [0.5]))).toBe('adam, seed 2: 50.0 % after 1 epoch, 3.0 s')
  expect(runLine(divergedRun('adam', 0))).toBe('adam, seed 0: diverged at epoch 2, step 7: the training loss is NaN')
})

/** A stream that remembers what was written to it. */
const listening = (isTTY: boolean) => {
  const written: string[] = []
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, cursorTo: () => true, clearLine: () => true })
  stream.on('data', chunk => written.push(String(chunk)))
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written.join('') }
}

const follow = (isTTY: boolean) => {
  const { stream, text } = listening(isTTY)
  const report = reporter(2, stream)
  report.step({ index: 1, variant: 'adam', seed: 0 }, at(2, 5))
  report.finished(run('adam', 0, [0.8]))
  report.stop()
  report.stop()
  return text()
}

test('a terminal gets a bar, and its cursor back', () => {
  const text = follow(true)
  expect(text).toContain('%')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences hide and show the cursor
  expect(text).toMatch(/\u001b\[\?25l[\s\S]*\u001b\[\?25h/)
})

test('a file or a pipe gets a line for each finished run', () => {
  expect(follow(false)).toBe('adam, seed 0: 80.0 % after 1 epoch, 3.0 s\n')
})
