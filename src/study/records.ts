/** Decoding what studies leave on disks and in queues. Nobody vouches for it: a disk lies, an archive comes from anywhere. */

import { type Decoder, dictionary, list, optional } from '../config/decode.js'
import {
  among,
  either,
  type Fields,
  flag,
  isObject,
  passing,
  positive,
  real,
  struct,
  text,
  where,
  whole,
  word,
} from '../config/records.js'
import { dataSetNames } from '../data/index.js'
import { epochResult, outcome, progress } from '../train/records.js'
import type { RunEvent, StudyRequest } from './engine.js'
import type { Choice, DataChoice, ModelChoice, PlannedRun, RunRecord, RunSpec, Settings } from './types.js'

// More than any options have, and little enough for every recursion.
const DEEPEST = 32

/** Whether JSON keeps a value as it is. */
export const isPlain = (value: unknown, depth = 0): boolean =>
  depth <= DEEPEST &&
  (value === null ||
    ['string', 'boolean', 'undefined'].includes(typeof value) ||
    Number.isFinite(value) ||
    (Array.isArray(value)
      ? value.every(each => isPlain(each, depth + 1))
      : isObject(value) && Object.values(value).every(each => isPlain(each, depth + 1))))

const settings: Decoder<Settings> = passing(
  (value): value is Settings =>
    isObject(value) && typeof value.learningRate === 'number' && value.learningRate > 0 && isPlain(value),
  'plain JSON with a learningRate above 0',
)

const dataChoice: Decoder<DataChoice> = struct({
  name: among(...dataSetNames),
  source: optional(text),
} satisfies Fields<DataChoice>)

const modelChoice: Decoder<ModelChoice> = struct({
  name: among('mlp', 'small-cnn', 'lenet5', 'resnet18'),
  width: optional(positive),
} satisfies Fields<ModelChoice>)

const spec: Decoder<RunSpec> = struct({
  stage: among('tune', 'final'),
  variant: word,
  settings,
  data: dataChoice,
  model: modelChoice,
  fraction: real,
  labelNoise: real,
  validation: real,
  seed: whole,
  epochs: positive,
  batchSize: positive,
  augment: flag,
  diagnosticsEvery: whole,
} satisfies Fields<RunSpec>)

/** The name of a run's folder, which must not lead out of the study's. */
const id = passing(
  (value): value is string => typeof value === 'string' && /^[\w.+-]+$/.test(value) && !/^\.+$/.test(value),
  'the name of a folder',
)

/** A `PlannedRun`. */
export const plannedRun: Decoder<PlannedRun> = struct({ id, spec } satisfies Fields<PlannedRun>)

/** Of packages, by their names. */
export const versions = dictionary(text)

/** A `RunRecord`. */
export const runRecord: Decoder<RunRecord> = where(
  struct({
    id,
    spec,
    outcome,
    epochs: list(epochResult),
    parameters: real,
    stateBytes: real,
    versions,
  } satisfies Fields<RunRecord>),
  ({ outcome: { status }, epochs, spec: { epochs: wanted } }) =>
    status === 'completed' && epochs.length !== wanted
      ? `it is completed, and has ${epochs.length} of ${wanted} epochs`
      : undefined,
)

const event = {
  started: struct({
    at: optional(text),
    event: among('started', 'resumed'),
    epoch: whole,
    versions,
    reason: optional(text),
  }),
  epoch: struct({ at: optional(text), event: among('epoch'), result: epochResult }),
  finished: struct({ at: optional(text), event: among('finished', 'diverged'), reason: optional(text) }),
  failed: struct({ at: optional(text), event: among('failed', 'damaged'), reason: text }),
}

/** A `RunEvent`. */
export const runEvent: Decoder<RunEvent> = either(
  either(event.started, event.epoch),
  either(event.finished, event.failed),
)

/** Of a `StudyRequest`. */
export const requestFields = {
  study: word,
  quick: flag,
  asPublished: flag,
  variants: optional(list(word)),
  seeds: optional(positive),
  epochs: optional(positive),
  data: optional(word),
} satisfies Fields<StudyRequest>

/** A `Choice`. */
export const choice: Decoder<Choice> = struct({
  variant: text,
  cell: text,
  settings,
  scores: list(struct({ settings, score: optional(real) })),
} satisfies Fields<Choice>)

/** Which worker has come how far with a run. */
export const told = struct({ worker: text, progress })
