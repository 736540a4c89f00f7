/** Tracing, which interpreters share with the runtime. */
export * from '../interpret/trace.js'
