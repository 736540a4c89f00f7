/** A study, made once more where its runs are done. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { EngineContext } from './engine.js'
import { loadStudy } from './load.js'
import { fingerprintOf } from './plan.js'
import type { Study } from './types.js'

/**
 * The study that was asked for, as long as it is what it was: a thread reads its file later than the command that started it, and
 * a rule that was edited in between must not be trained under the hash of the old one.
 *
 * @param started what was, and what is to be done about it
 * @returns a task; left what is wrong, or that the study has changed
 * @example
 * await reloadStudy(context, 'the study was started; run the same command again')()
 */
export const reloadStudy = (
  { request, fingerprint }: Pick<EngineContext, 'request' | 'fingerprint'>,
  started: string,
): TE.TaskEither<string, Study> =>
  pipe(
    loadStudy(request),
    TE.filterOrElse(
      study => fingerprintOf(study) === fingerprint,
      () => `'${request.study}' has changed since ${started}`,
    ),
  )
