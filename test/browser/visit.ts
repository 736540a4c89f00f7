/** One visit to a page: runs all its checks, and hears whatever it logs. */
import type { Browser } from 'playwright-core'
import type { Page as Offered, Outcome, Settings } from './protocol.js'

const patience = 300_000

/** A promise that does not wait for ever: a page that computes without end answers nothing. */
const within = async <T>(what: string, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes longer than ${patience / 1000} s`)), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Opens a page, runs its checks one after another, and tells of each.
 *
 * @param expected messages on the console that are no failure
 * @param tell is told each outcome as it comes; the last is about what the page logged
 */
export const visit = async (
  browser: Browser,
  url: string,
  settings: Settings,
  expected: RegExp | undefined,
  tell: (outcome: Outcome) => void,
): Promise<void> => {
  const page = await browser.newPage()
  const heard: string[] = []
  page.on('pageerror', error => heard.push(`page error: ${error.stack ?? error.message}`))
  page.on('crash', () => heard.push('the page crashed'))
  page.on('console', message => {
    const text = `${message.type()}: ${message.text()}`
    if (!expected?.test(text)) heard.push(text)
  })
  // As text: a function would be sent as it was compiled for Node, with helpers that a page does not have.
  const ask = <K extends keyof Offered>(name: K, ...args: Parameters<Offered[K]>): Promise<unknown> =>
    within(`${name}(${args.slice(1)}) of ${url}`, page.evaluate(`plastax.${name}(...${JSON.stringify(args)})`))
  try {
    await page.goto(url)
    await page.waitForFunction('globalThis.plastax !== undefined', undefined, { timeout: patience })
    const names = (await ask('names', settings)) as readonly string[]
    for (const index of names.keys()) tell((await ask('run', settings, index)) as Outcome)
  } catch (error) {
    heard.push(error instanceof Error ? error.message : String(error))
  } finally {
    await page.close()
  }
  tell({
    name: 'the page works to its end without a word on the console',
    ...(heard.length === 0 ? {} : { problem: heard.join('\n') }),
  })
}
