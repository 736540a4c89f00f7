/** Showing how far a comparison has come, on standard error. */
import { SingleBar } from 'cli-progress'
import { count } from '../study/report/text.js'
import type { Progress } from '../train/index.js'
import { printable, say } from './printable.js'
import type { ComparedRun } from './summary.js'

/** Where a comparison tells of its progress. */
export interface Reporter {
  /** A step was made by the run at this place, from 0. */
  readonly step: (
    run: { readonly index: number; readonly variant: string; readonly seed: number },
    at: Progress,
  ) => void
  readonly finished: (run: ComparedRun) => void
  /** Clears up; may be called more than once. */
  readonly stop: () => void
}

/** A finished run as a line: `'adam, seed 0: 84.1 % after 10 epochs, 5.2 s'`. */
export const runLine = ({ variant, seed, epochs, outcome }: ComparedRun): string => {
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds + epoch.evaluationSeconds, 0)
  const last = epochs.at(-1)
  const state =
    outcome.status === 'diverged'
      ? `diverged at epoch ${outcome.epoch}, step ${outcome.step}: ${outcome.reason}`
      : `${(100 * (last?.testAccuracy ?? Number.NaN)).toFixed(1)} % after ${count(epochs.length, 'epoch')}, ${seconds.toFixed(1)} s`
  return `${variant}, seed ${seed}: ${state}`
}

/** Fraction of all steps of all runs that are done. */
export const doneFraction = (index: number, runs: number, { epoch, epochs, step, steps }: Progress): number =>
  (index + (epoch - 1 + step / steps) / epochs) / runs

/**
 * A bar on a terminal; else a line for each finished run.
 *
 * @param runs how many runs there will be
 * @param stream where to, standard error
 * @example
 * const report = reporter(6, process.stderr)
 */
export const reporter = (runs: number, stream: NodeJS.WriteStream): Reporter => {
  if (!stream.isTTY)
    return { step: () => undefined, finished: run => say(stream, `${runLine(run)}\n`), stop: () => undefined }

  // Its own handler of Ctrl-C would end the process before ours has tidied up.
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage} % | {label} | {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    barsize: 24,
    // An estimate from many updates: between two epochs the bar stands still for an evaluation.
    etaBuffer: 200,
  })
  const SCALE = 10_000
  bar.start(SCALE, 0, { label: 'starting' })
  return {
    step: ({ index, variant, seed }, at) =>
      bar.update(Math.floor(SCALE * doneFraction(index, runs, at)), {
        label: `${printable(variant)}, seed ${seed}, epoch ${at.epoch}/${at.epochs}, loss ${at.loss.toFixed(3)}`,
      }),
    finished: () => undefined,
    stop: () => bar.stop(),
  }
}
