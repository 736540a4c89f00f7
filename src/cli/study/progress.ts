/** Showing how far a study has come: a line for each worker, and one for all. */
import { MultiBar, type SingleBar } from 'cli-progress'
import { damaged } from '../../study/folder.js'
import type { PlannedRun, RunRecord, StudyEvents } from '../../study/index.js'
import { count } from '../../study/report/text.js'
import { printable, say } from '../printable.js'

/** Where a study tells of its progress. */
export interface StudyDisplay extends StudyEvents {
  /** Clears up; may be called more than once. */
  readonly stop: () => void
}

/** Work of a run, in passes over a whole training set. What takes twice as long as another counts about twice. */
const workOf = ({ spec }: Pick<PlannedRun, 'spec'>): number => spec.epochs * spec.fraction

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

const label = ({ spec: { variant, fraction, seed, settings } }: PlannedRun): string =>
  `${variant}, ${Number((100 * fraction).toPrecision(3))} %, lr ${settings.learningRate}, seed ${seed}`

/** A finished run as a line: `'adam, 100 %, lr 0.001, seed 0: 84.1 % after 10 epochs, 5.2 s'`. */
export const runLine = (record: RunRecord): string => {
  const { outcome, epochs } = record
  const seconds = sum(epochs.map(epoch => epoch.seconds + epoch.evaluationSeconds))
  const accuracy = 100 * (epochs.at(-1)?.testAccuracy ?? Number.NaN)
  return outcome.status === 'diverged'
    ? `${label(record)}: diverged at epoch ${outcome.epoch}, step ${outcome.step}: ${outcome.reason}`
    : `${label(record)}: ${accuracy.toFixed(1)} % after ${count(epochs.length, 'epoch')}, ${seconds.toFixed(1)} s`
}

const stageNames = { tune: 'choosing settings', final: 'final runs' } as const

const lines = (stream: NodeJS.WriteStream): StudyDisplay => {
  let [total, done] = [0, 0]
  const next = (text: string) => {
    done += 1
    say(stream, `[${done}/${total}] ${text}\n`)
  }
  return {
    stage: (stage, runs, finished) => {
      ;[total, done] = [runs.length, finished.length]
      const before = finished.length > 0 ? `, ${finished.length} of them finished before` : ''
      say(stream, `${stageNames[stage]}: ${count(runs.length, 'run')}${before}\n`)
    },
    damaged: (run, reason) => say(stream, `${label(run)}: ${damaged(reason)}\n`),
    progress: () => undefined,
    finished: record => next(runLine(record)),
    failed: (run, reason) => next(`${label(run)}: failed: ${reason}`),
    stop: () => undefined,
  }
}

const SCALE = 10_000

const bars = (stream: NodeJS.WriteStream): StudyDisplay => {
  const multi = new MultiBar({
    stream,
    format: '{bar} {percentage} % | {label}',
    hideCursor: true,
    clearOnComplete: true,
    // Its own handler of Ctrl-C would end the process before ours has tidied up.
    gracefulExit: false,
    barsize: 24,
    etaBuffer: 200,
    autopadding: true,
  })
  const workers = new Map<string, { readonly bar: SingleBar; run: PlannedRun; part: number }>()
  let total: SingleBar | undefined
  let [work, finishedWork, runs, done, name] = [1, 0, 0, 0, '']

  const showTotal = () => {
    const underway = sum([...workers.values()].map(({ run, part }) => workOf(run) * part))
    total?.update(Math.floor((SCALE * (finishedWork + underway)) / work), {
      label: `${name}: ${done} of ${count(runs, 'run')}`,
    })
  }
  const over = (run: PlannedRun, line?: string) => {
    for (const worker of workers.values()) if (worker.run.id === run.id) worker.part = 0
    finishedWork += workOf(run)
    done += 1
    if (line !== undefined) multi.log(printable(`${line}\n`))
    showTotal()
  }
  return {
    stage: (stage, planned, finished) => {
      ;[work, runs, done, name] = [sum(planned.map(workOf)) || 1, planned.length, finished.length, stageNames[stage]]
      finishedWork = sum(finished.map(workOf))
      if (total !== undefined) multi.remove(total)
      const format = '{bar} {percentage} % | {label} | {eta_formatted} left'
      total = multi.create(SCALE, Math.floor((SCALE * finishedWork) / work), { label: '' }, { format })
      showTotal()
    },
    damaged: (run, reason) => multi.log(printable(`${label(run)}: ${damaged(reason)}\n`)),
    progress: (run, worker, { epoch, epochs, step, steps, loss }) => {
      const found = workers.get(worker)
      const line = found ?? { bar: multi.create(SCALE, 0, { label: '' }), run, part: 0 }
      if (found === undefined) workers.set(worker, line)
      line.run = run
      line.part = (epoch - 1 + step / steps) / epochs
      line.bar.update(Math.floor(SCALE * line.part), {
        label: `${printable(label(run))}, epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}`,
      })
      showTotal()
    },
    finished: record => over(record, record.outcome.status === 'diverged' ? runLine(record) : undefined),
    failed: (run, reason) => over(run, `${label(run)}: failed: ${reason}`),
    stop: () => multi.stop(),
  }
}

/**
 * Lines and bars on a terminal; else a line for each finished run.
 *
 * @param stream where to, standard error
 * @example
 * const display = studyDisplay(process.stderr)
 */
export const studyDisplay = (stream: NodeJS.WriteStream): StudyDisplay => (stream.isTTY ? bars(stream) : lines(stream))
