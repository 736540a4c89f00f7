import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { decodePublishedConfig, parseYaml } from '../../src/published/index.js'

const faults = (text: string): readonly string[] => {
  const result = parseYaml(text)
  return E.isLeft(result) ? result.left : []
}

test('values, and what YAML has beyond them', () => {
  expect(parseYaml('experiment:\n  lr: 1e-3\n  seed: 7\n  download: yes\n')).toEqual(
    E.right({ experiment: { lr: 1e-3, seed: 7, download: 'yes' } }),
  )
  const merged = 'base: &base {lr: 0.1}\nexperiment:\n  <<: *base\n  seed: 1\n'
  expect(parseYaml(merged)).toEqual(E.right({ base: { lr: 0.1 }, experiment: { lr: 0.1, seed: 1 } }))
  // `off` is a word in YAML 1.2; their loader makes a boolean of it, and then refuses it.
  expect(parseYaml('lr_controller_mode: off')).toEqual(E.right({ lr_controller_mode: 'off' }))
})

test.each(['', '\n\n', '# only a comment', '---\n...\n', 'null', '~'])('nothing: %j', text => {
  expect(faults(text)).toEqual(["it is empty; it needs a section 'experiment'"])
})

test('syntax errors have a line and a column, all of them', () => {
  expect(faults('experiment:\n  lr: 1\n  lr: 2\nplasticity: {}\nplasticity: {}\n')).toEqual([
    'Map keys must be unique at line 3, column 3',
    'Map keys must be unique at line 5, column 1',
  ])
  expect(faults('a: [1')[0]).toMatch(/at line 1, column \d+$/)
  expect(faults('a: b: c')[0]).toMatch(/at line 1, column \d+$/)
  expect(faults('\tx: 1')).not.toEqual([])
  expect(faults('a: 1\n---\nb: 2')[0]).toMatch(/multiple documents/)
  expect(faults('a: !!python/object:os.system x')[0]).toMatch(/[Uu]nresolved tag.*line 1/)
  expect(faults('a: *nowhere')[0]).toMatch(/alias/i)
})

test('bombs and knots', () => {
  const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`)
  expect(faults(['l0: &l0 [x]', ...levels].join('\n'))).toEqual([
    expect.stringMatching(/^its aliases repeat more than 100/),
  ])
  expect(faults('experiment: &e\n  tags: *e\n')).toEqual([expect.stringMatching(/contains itself/)])
  expect(faults('['.repeat(20_000))).not.toEqual([])
})

test('no text makes it throw', () => {
  const yaml = fc.string({ unit: fc.constantFrom(...'ab: -\n[]{},&*!|>#"\'%@`?~1.\t'), maxLength: 60 })
  const bytes = fc.uint8Array().map(array => new TextDecoder().decode(array))
  fc.assert(
    fc.property(fc.oneof(yaml, bytes, fc.string()), text => {
      const result = parseYaml(text)
      if (E.isRight(result)) decodePublishedConfig(result.right)
      else for (const fault of result.left) expect(fault).not.toContain('\n')
    }),
    { numRuns: 1000 },
  )
})
