/** Studies beyond one machine: an engine that submits runs to a queue in Redis, and workers that take them. */
export { type QueueOptions, queueEngine } from './engine.js'
export { threads } from './threads.js'
export { serveQueue, type WorkerOptions } from './worker.js'
