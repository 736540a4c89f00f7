/**
 * `plastax/node`: what needs a file system, apart from the core, which runs in browsers too.
 *
 * @packageDocumentation
 */
export { loadCheckpoint, saveCheckpoint } from './checkpoint.js'
