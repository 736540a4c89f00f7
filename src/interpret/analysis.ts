/**
 * `plastax/analysis`: what a transform does, printed as mathematics and bounded by proof. Apart from `plastax`, because a page
 * that trains needs neither.
 *
 * @packageDocumentation
 */
export * from './explain/index.js'
export { type IdentityOptions, identityOf } from './identity.js'
export * from './interval/index.js'
