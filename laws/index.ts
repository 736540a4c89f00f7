/**
 * `plastax/laws`: what holds for gradient transforms, as properties over any of them.
 *
 * @packageDocumentation
 */
export * from './algebra.js'
export * from './arbitraries/index.js'
export * from './check.js'
export * from './claims/index.js'
export { dot, firstDifference, largest, norm } from './compare.js'
export { type Descent, descend } from './descend.js'
export { decays, exempt } from './exempt.js'
export type { Claim, Exemption, Law, Subject, Trial, Verdict } from './law.js'
export { firstBroken, type Played, play, updatesOf } from './play.js'
export { type LawResult, type Report, showReport, showViolation, type Violation } from './report.js'
export * from './universal/index.js'
export { type Leaf, mapValues, numbers, type Values } from './values.js'
