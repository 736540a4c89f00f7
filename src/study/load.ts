/** From how a study was asked for to the study. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { createJiti } from 'jiti'
import { isComputed } from '../data/index.js'
import { suggestion } from '../schema/suggestion.js'
import { builtinStudies } from './builtin/index.js'
import { changed, type DefinedStudy, type StudyChanges } from './define.js'
import type { StudyRequest } from './engine.js'
import { messageOf as message, StudyError } from './error.js'
import { fingerprintOf } from './plan.js'
import type { Study } from './types.js'

const ours = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// A module of a study is TypeScript, and may lie where no `plastax` is installed: it gets this one, and with it the one
// TensorFlow.js whose tensors its transforms are to move.
const modules = createJiti(import.meta.url, {
  alias: {
    'plastax/study': ours('./index.js'),
    'plastax/config': ours('../config/index.js'),
    'plastax/analysis': ours('../interpret/analysis.js'),
    'plastax/wasm': ours('../wasm/index.js'),
    plastax: ours('../index.js'),
  },
  fsCache: false,
  moduleCache: true,
})

const isDefined = (value: unknown): value is DefinedStudy =>
  typeof value === 'object' && value !== null && 'study' in value && 'asPublished' in value

const LOADED_WITHIN_S = 60

/** The same promise, but for one that never comes: the process would end without a word, or wait for ever. */
const orNever = <A>(loading: Promise<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    const never = () =>
      reject(new Error('it never ends loading: something that it awaits at its top level does not come'))
    const timer = setTimeout(never, 1000 * LOADED_WITHIN_S).unref()
    // Nothing is left that it could wait for.
    process.once('beforeExit', never)
    loading.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      process.off('beforeExit', never)
    })
  })

const moduleStudy = (file: string): TE.TaskEither<string, DefinedStudy> =>
  pipe(
    TE.tryCatch(
      () => orNever(modules.import(resolve(file), { default: true })),
      error => `'${file}': ${message(error)}`,
    ),
    TE.filterOrElse(isDefined, () => `'${file}' has no study; export default defineStudy({ ... })`),
  )

/** Whether a study is asked for by the path of its module: what looks like a path is one. */
export const isPath = (study: string): boolean => /[./\\]/.test(study)

/** A built-in study, or that of a module: a name with a dot or a slash is a path, so that no file can hide a built-in study. */
const definedStudy = (study: string): TE.TaskEither<string, DefinedStudy> => {
  if (isPath(study)) return existsSync(study) ? moduleStudy(study) : TE.left(`there is no file '${study}'`)
  const found = Object.hasOwn(builtinStudies, study) ? builtinStudies[study] : undefined
  const names = Object.keys(builtinStudies)
  const remedy = suggestion(study, names) || `; there are ${names.join(', ')}, or name a file such as './study.ts'`
  return found ? TE.right(found) : TE.left(`there is no study '${study}'${remedy}`)
}

const some = (study: Study, names: readonly string[]): StudyChanges => {
  const known = Object.keys(study.variants)
  const unknown = names.filter(name => !known.includes(name))
  if (unknown.length > 0)
    throw new StudyError(
      `study '${study.name}'`,
      unknown.map(
        name => `there is no variant '${name}'${suggestion(name, known) || `; there are ${known.join(', ')}`}`,
      ),
    )
  const variants = Object.fromEntries(Object.entries(study.variants).filter(([name]) => names.includes(name)))
  return { variants, against: study.against.filter(name => names.includes(name)) }
}

/** Its sets, taken from a source: a folder has one of them, and what is computed has none. */
const sourced = (study: Study, source: string): Study['data'] => {
  const read = study.data.filter(({ name }) => !isComputed(name))
  if (read.length > 1 && source !== 'full' && source !== 'shipped')
    throw new StudyError(`study '${study.name}'`, [
      `'${source}' cannot be the folder of ${read.map(({ name }) => name).join(' and of ')}; name a source for each in the study's file`,
    ])
  return study.data.map(set => (read.includes(set) ? { name: set.name, source } : set))
}

/** The requested changes, one after another: published, quick, then what was said in particular. */
const requested =
  ({ quick, asPublished, variants, seeds, epochs, data }: StudyRequest) =>
  (defined: DefinedStudy): Study => {
    const published = asPublished ? changed(defined.study, defined.asPublished) : defined.study
    const study = quick ? changed(published, defined.quick) : published
    return changed(study, {
      ...(variants && some(study, variants)),
      ...(seeds !== undefined && { seeds }),
      ...(epochs !== undefined && { epochs }),
      ...(data !== undefined && { data: sourced(study, data) }),
    })
  }

/**
 * The study that a request asks for.
 *
 * @returns a task; left what is wrong, in a sentence or a line each
 * @example
 * await loadStudy({ study: 'fashion', quick: true, asPublished: false })()
 */
export const loadStudy = (request: StudyRequest): TE.TaskEither<string, Study> =>
  pipe(
    definedStudy(request.study),
    TE.flatMap(defined =>
      TE.tryCatch(async () => {
        const study = requested(request)(defined)
        // Traces every rule, and throws for one that cannot be traced: better now than in each of its runs.
        fingerprintOf(study)
        return study
      }, message),
    ),
  )
