/** Universal laws that a transform does not promise, by name and with the reason. */
import type { Exemption } from './law.js'
import { must } from './must.js'
import { universalLaws } from './universal/index.js'

/**
 * Exempts a transform from a universal law.
 *
 * @param law its name
 * @throws HyperparameterError where no universal law has that name
 * @example
 * exempt('zero in, zero out', 'decay moves parameters by itself')
 */
export const exempt = (law: string, because: string): Exemption => {
  const names = universalLaws.map(({ name }) => name)
  must(names.includes(law), 'law', law, `the name of a universal law: ${names.map(name => `'${name}'`).join(', ')}`)
  return { kind: 'exemption', law, because }
}

/** Exempts what moves parameters by itself, as weight decay does, from giving zero for zero gradients. */
export const decays: Exemption = exempt('zero in, zero out', 'decay moves parameters by itself')
