import { expect, test } from 'vitest'
import { printable } from '../../src/cli/printable.js'

test.each([
  ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['\u009b2J', '\\x9b2J'],
  ['a\rb\u0000\u0007', 'a\\x0db\\x00\\x07'],
  ['right to left: \u202eabc', 'right to left: \\u202eabc'],
  ['two\nlines\tand ± a sign', 'two\nlines\tand ± a sign'],
])('a terminal shows text, and does not obey it: %j', (text, shown) => expect(printable(text)).toBe(shown))

test('no more of a word than one can read, with how long it was', () => {
  const shown = printable(`error: there is no study '${'x'.repeat(2e6)}'; there are fashion`)
  expect(shown).toBe(`error: there is no study '${'x'.repeat(199)}... (2000003 letters in all) there are fashion`)
})

test('nor of a line', () => {
  const shown = printable(`${'word '.repeat(1e6)}\nnext`)
  expect(shown).toMatch(/\.\.\. \(5000000 letters in all\)\nnext$/)
  expect(shown.length).toBeLessThan(300)
})
