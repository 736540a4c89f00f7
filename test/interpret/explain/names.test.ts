/** In a printed rule a name is one thing. */
import { expect, test } from 'vitest'
import type { GradientTransform } from '../../../src/index.js'
import { explain } from '../../../src/interpret/analysis.js'
import { catalogued } from '../../runtime/resume.shared.js'

const shapes = { kernel: [201, 151], bias: [151] }
const scalars = ['epoch', 'totalEpochs', 'loss']

/** Lines by the leaf that they are of. */
const blocksOf = (transform: GradientTransform<unknown>): readonly (readonly string[])[] =>
  explain(transform, { shapes, scalars, trees: ['hessian'] })
    .text.split(/^for '.*':$/m)
    .map(block => block.split('\n').filter(line => line.includes(' = ')))

const definedIn = (block: readonly string[]): readonly string[] =>
  block.map(line => (line.split(' = ')[0] as string).trim()).filter(name => !name.includes('('))

test.each(catalogued)('%s defines each name once', (_, transform) => {
  for (const block of blocksOf(transform)) {
    const defined = definedIn(block)
    expect(defined.filter((name, i) => defined.indexOf(name) !== i)).toEqual([])
  }
})

test.each(catalogued)('%s has no state that is called as what a step knows', (_, transform) => {
  const known = new Set(scalars.map(name => `${name}'`))
  expect(
    blocksOf(transform)
      .flatMap(definedIn)
      .filter(name => known.has(name)),
  ).toEqual([])
})
