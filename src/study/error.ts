/** A study that cannot be run. */

/** What is wrong with a study or its folder: everything, a line each. */
export class StudyError extends Error {
  override readonly name = 'StudyError'
  constructor(
    subject: string,
    readonly problems: readonly string[],
  ) {
    super(
      `${subject}:${problems.length === 1 ? ` ${problems[0]}` : problems.map(problem => `\n  ${problem}`).join('')}`,
    )
  }
}

/** What was thrown, as a line. */
export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
