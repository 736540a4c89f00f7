/** Checkpoints of a run as bytes: all that it carries, what it has come to, and which run it is. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { dictionary, list } from '../config/decode.js'
import { among, brief, decodeJson, either, type Fields, real, struct, text, where } from '../config/records.js'
import { filter } from '../expr/tree.js'
import type { Variables } from '../models/index.js'
import { unpack } from '../runtime/codec/safetensors.js'
import { decodeState, encodeState } from '../runtime/index.js'
import { type ConfigErrors, isNonEmpty } from '../runtime/problems.js'
import type { GradientTransform } from '../transform/types.js'
import { type Carry, disposeCarry } from './carry.js'
import { epochResult } from './records.js'
import type { EpochResult } from './types.js'

/** What tells one run from another, apart from its transform: words and numbers by name, to be compared and to be read. */
export type RunIdentity = Readonly<Record<string, string | number>>

/** What a checkpoint tells without its tensors. */
export interface SavedRun {
  readonly run: RunIdentity
  /** Of the epochs that are done, in order. */
  readonly epochs: readonly EpochResult[]
}

/** Tells versions of this layout apart. */
const LAYOUT = 'plastax run 1'

/** Numbers that JSON has no word for. */
const tagged = (_: string, value: unknown): unknown =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? { $number: Object.is(value, -0) ? '-0' : String(value) }
    : value

const untagged = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && '$number' in value ? Number(value.$number) : value

/** The same transform on a tree that holds statistics too, which it does not see: variables stand in one file by their names. */
const besides = <S>({ stats }: Pick<Variables, 'stats'>, transform: GradientTransform<S>): GradientTransform<S> => ({
  ...(transform.config && { config: transform.config }),
  init: leaves => transform.init(filter(name => !Object.hasOwn(stats, name))(leaves)),
  update: (...inputs) => transform.update(...inputs),
})

/**
 * A run between two epochs as one file in the safetensors format, which any reader of it opens. Parameters and statistics are
 * float32 under `params/`, the optimizer's state is under `state/`; the metadata hold the rest and a checksum of all of it.
 *
 * @param transform what the state is of
 * @param carry stays the caller's
 * @throws TypeError where the state is not one of this transform's for these parameters
 * @example
 * const bytes = encodeRun(adam(), { params, stats, state }, { run: { seed: 0 }, epochs: [] })
 */
export const encodeRun = <S>(
  transform: GradientTransform<S>,
  { params, stats, state }: Carry<S>,
  { run, epochs }: SavedRun,
): Uint8Array =>
  encodeState(
    besides({ stats }, transform),
    { params: { ...params, ...stats }, state },
    JSON.stringify({ layout: LAYOUT, run, epochs }, tagged),
  )

/**
 * What a checkpoint tells without its tensors: which run it is of, and the results so far.
 *
 * @param bytes from `checkpoint()` of a run's `onEpoch`
 * @returns right the run; left what is wrong with the bytes
 * @example
 * pipe(readCheckpoint(bytes), E.map(({ epochs }) => epochs.at(-1)?.testAccuracy))
 */
export const readCheckpoint = (bytes: Uint8Array): E.Either<ConfigErrors, SavedRun> =>
  pipe(
    unpack(bytes),
    E.flatMap(({ metadata: { note = '' } }) => pipe(decodeNote(note), E.mapLeft(notOfARun))),
  )

// A checksum says that the file is whole, not who wrote it.
const decodeNote = decodeJson(
  where(
    struct({
      layout: among(LAYOUT),
      run: dictionary(either(text, real)),
      epochs: list(epochResult),
    } satisfies Fields<SavedRun & { readonly layout: string }>),
    ({ epochs }) => (epochs.every(({ epoch }, i) => epoch === i + 1) ? undefined : 'its epochs are not 1, 2 and so on'),
  ),
  note => JSON.parse(note, untagged),
)

const notOfARun = (faults: ConfigErrors): ConfigErrors => [
  `the checkpoint is of no training run, or of another layout than '${LAYOUT}' (${brief(faults)})`,
]

/** How many epochs a checkpoint has behind it; none where there is none, or where it cannot be read. */
export const epochsIn = (checkpoint: Uint8Array | undefined): number => {
  const saved = checkpoint === undefined ? E.left([]) : readCheckpoint(checkpoint)
  return E.isRight(saved) ? saved.right.epochs.length : 0
}

const differences = (saved: SavedRun, run: RunIdentity, epochs: number): readonly string[] => [
  ...Object.entries(run).flatMap(([name, ours]) =>
    saved.run[name] === ours ? [] : [`the checkpoint has ${name} ${saved.run[name]}, and this run has ${ours}`],
  ),
  ...(saved.epochs.length > epochs
    ? [`the checkpoint has ${saved.epochs.length} epochs done, and this run wants only ${epochs}`]
    : []),
]

/**
 * What {@link encodeRun} wrote, as fresh tensors, which the caller owns.
 *
 * @param transform what the state is of: with the same structure, and with the same name if both have one
 * @param bytes the file, from anywhere
 * @param like variables whose names, order and shapes the file must have; they stay the caller's
 * @param run which run it must be of
 * @param epochs passes wanted in all; the file may have no more
 * @returns right what the run carries and its results; left every problem, a sentence each, and then no tensor is left behind
 * @example
 * const found = decodeRun(adam(), bytes, model.init(0), { seed: 0 }, 10)
 */
export const decodeRun = <S>(
  transform: GradientTransform<S>,
  bytes: Uint8Array,
  { params, stats }: Variables,
  run: RunIdentity,
  epochs: number,
): E.Either<ConfigErrors, { readonly carry: Carry<S>; readonly epochs: readonly EpochResult[] }> =>
  pipe(
    readCheckpoint(bytes),
    E.flatMap(saved => {
      const decoded = decodeState(besides({ stats }, transform), bytes, { ...params, ...stats })
      const errors = [...differences(saved, run, epochs), ...(E.isLeft(decoded) ? decoded.left : [])]
      if (isNonEmpty(errors)) {
        if (E.isRight(decoded)) disposeCarry({ ...decoded.right, stats: {} })
        return E.left(errors)
      }
      return pipe(
        decoded,
        E.map(({ params: leaves, state }) => {
          const isStatistic = (name: string) => Object.hasOwn(stats, name)
          const carry = {
            params: filter(name => !isStatistic(name))(leaves),
            stats: filter(isStatistic)(leaves),
            state,
          }
          return { carry, epochs: saved.epochs }
        }),
      )
    }),
  )
