/**
 * `plastax/browser`: all of `plastax`, `plastax/config` and `plastax/wasm` as one ES module for pages without a bundler, built into
 * `dist/plastax.browser.js`. Only TensorFlow.js is left to the page's import map.
 *
 * @packageDocumentation
 */
export * from './config/index.js'
export * from './index.js'
export * from './wasm/index.js'
