/** The browser: Debian's chromium, or the one that the environment variable CHROMIUM names. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const args = [
  '--headless',
  '--no-sandbox',
  // WebGL by software, for there may be no graphics card.
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Where the browser is; `undefined` where it is not. */
export const findChromium = (): string | undefined =>
  [process.env.CHROMIUM ?? '/usr/bin/chromium'].find(path => existsSync(path))

/** Starts it, with a profile of its own that goes when it is closed. */
export const launch = (executablePath: string): Promise<Browser> => chromium.launch({ executablePath, args })
