/** Giving way to timers, signals and progress bars during long computations. */
import * as tf from '@tensorflow/tfjs'

const EVERY_MS = 100

// When this thread last gave way is a fact about the thread, not about a run: many short runs in a row must give way too.
let last = 0

/** Lets other tasks have their turn, at most every tenth of a second; else returns at once. */
export const pause = async (): Promise<void> => {
  if (performance.now() - last < EVERY_MS) return
  await tf.nextFrame()
  last = performance.now()
}
