/** What can be wrong with data, as data. */

/** A fault of a data file, folder or parameter. */
export interface DataError {
  readonly _tag: 'DataError'
  /** The file, folder or parameter that is at fault. */
  readonly file: string
  /** What is wrong with it, with the value. */
  readonly problem: string
  /** What would be right: a command, a folder or a range. */
  readonly remedy: string
}

/** A `DataError` from its parts. */
export const dataError = (file: string, problem: string, remedy: string): DataError => ({
  _tag: 'DataError',
  file,
  problem,
  remedy,
})

/**
 * A fault in one line.
 *
 * @example
 * showDataError(dataError('fraction', 'is 2', 'use a number in (0, 1]')) // 'fraction: is 2; use a number in (0, 1]'
 */
export const showDataError = ({ file, problem, remedy }: DataError): string => `${file}: ${problem}; ${remedy}`

/** Two faults as one, so that none is left out where several files are read. */
export const bothFaults = (first: DataError, second: DataError): DataError =>
  dataError(first.file, `${first.problem}; ${second.file}: ${second.problem}`, first.remedy)
