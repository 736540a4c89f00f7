/** What the streams of random bits of the models are for. */
export { stream } from '../data/random.js'

/** Keeps the bits of one purpose apart from those of another under the same seed. Those of the data begin at 101. */
export const purpose = { init: 1, dropout: 2 } as const
