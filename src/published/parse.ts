/** From YAML text to plain values. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { type Document, parseDocument } from 'yaml'
import { type ConfigErrors, isNonEmpty } from '../runtime/problems.js'

/** How often aliases may repeat anchored nodes, all told. */
const MAX_ALIASES = 100

const problems = ({ errors, warnings }: Document.Parsed): readonly string[] =>
  // What `yaml` only warns of, such as a tag of Python, it has not read. Lines after the first show the text.
  [...errors, ...warnings].map(({ message }) => (message.split('\n')[0] as string).replace(/:$/, ''))

const plain = (document: Document.Parsed): E.Either<ConfigErrors, unknown> =>
  E.tryCatch(
    () => {
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
      JSON.stringify(value) // throws where a node contains itself
      return value
    },
    (): ConfigErrors => [
      `its aliases repeat more than ${MAX_ALIASES} nodes, or a node contains itself; write values out`,
    ],
  )

/**
 * Plain values from YAML 1.2, with the merge keys of 1.1.
 *
 * @param text one document
 * @returns every syntax error with its line and column, duplicate keys among them; or the values
 * @example
 * parseYaml('experiment: { lr: 0.1 }') // right({ experiment: { lr: 0.1 } })
 */
export const parseYaml = (text: string): E.Either<ConfigErrors, unknown> =>
  pipe(
    E.tryCatch(
      () => parseDocument(text, { merge: true }),
      (): ConfigErrors => ['it is nested too deeply'],
    ),
    E.flatMap(document => {
      const found = problems(document)
      return isNonEmpty(found) ? E.left(found) : plain(document)
    }),
    E.filterOrElse(
      value => value !== null,
      (): ConfigErrors => ["it is empty; it needs a section 'experiment'"],
    ),
  )
