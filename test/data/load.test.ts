import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { dataSetNames, formOf, isComputed, loadDataSet } from '../../src/data/index.js'

test.each(dataSetNames)('%s is as its form says, where it is there', async name => {
  const found = await loadDataSet(name)()
  if (E.isRight(found)) expect(found.right).toMatchObject(formOf(name))
  // What is shipped or computed is always there.
  else expect(name === 'mnist' || name === 'cifar10').toBe(true)
})

test.each(['mnist', 'cifar10'])('%s is looked for in the usual places as the full set, too', async name => {
  const [full, usual] = await Promise.all([loadDataSet(name, { source: 'full', verify: false })(), loadDataSet(name)()])
  if (E.isLeft(full)) expect(full).toEqual(usual)
  else expect(E.isRight(usual)).toBe(true)
})

test('what is computed is made', async () => {
  for (const name of dataSetNames.filter(isComputed))
    expect(await loadDataSet(name)()).toMatchObject(E.right({ source: 'made' }))
})
