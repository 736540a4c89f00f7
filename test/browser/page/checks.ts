/** Checks that a page offers to the driver. */
import type { Outcome, Page, Settings } from '../protocol.js'

/** A name, and what says what is wrong, if anything is. What it throws is wrong as well. */
export interface Check {
  readonly name: string
  readonly run: () => string | undefined | Promise<string | undefined>
}

const outcomeOf = async ({ name, run }: Check): Promise<Outcome> => {
  try {
    const problem = await run()
    return problem === undefined ? { name } : { name, problem }
  } catch (error) {
    return { name, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** Hands checks to the driver, and what is to be done before them. */
export const offer = (
  checksFor: (settings: Settings) => readonly Check[],
  prepare: (settings: Settings) => Promise<void> = async () => undefined,
): void => {
  const page: Page = {
    names: async settings => {
      await prepare(settings)
      return checksFor(settings).map(({ name }) => name)
    },
    run: (settings, index) => outcomeOf(checksFor(settings)[index] as Check),
  }
  Object.assign(globalThis, { plastax: page })
}

/** What is wrong where two things should be the same. */
export const unlike = (what: string, actual: unknown, expected: unknown): string | undefined =>
  actual === expected ? undefined : `${what} is ${String(actual)}, where ${String(expected)} was expected`
