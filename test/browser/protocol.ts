/** What the page and the driver say to each other. */

/** How a page draws, on which backend. */
export interface Settings {
  readonly backend: 'wasm' | 'webgl'
  /** Whether the page is cross-origin isolated: then its threads may share memory. */
  readonly isolated: boolean
  /** Whether the wasm backend is asked to compute in threads. */
  readonly threads: boolean
  readonly seed: number
  readonly runs: number
  /** Which part of the table's rows, from 0, and of how many: a page that has seen hundreds on webgl is closed by the browser. */
  readonly part: number
  readonly parts: number
}

/** What came of one check: `problem` says what is wrong, in full. */
export interface Outcome {
  readonly name: string
  readonly problem?: string
}

/** What a page offers, by the name `plastax` of its `globalThis`. */
export interface Page {
  /** Makes ready, and gives the names of the checks, in the order in which they are run. */
  readonly names: (settings: Settings) => Promise<readonly string[]>
  /** Runs one of them. One at a time, so that the driver sees where a page hangs. */
  readonly run: (settings: Settings, index: number) => Promise<Outcome>
}

/** Where the driver serves what: pages by name, and the binaries of the WASM backend. */
export const paths = {
  page: (name: string) => `/${name}.html`,
  script: (name: string) => `/${name}.js`,
  wasm: '/wasm/',
}
