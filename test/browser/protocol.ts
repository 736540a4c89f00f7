/** What the page and the driver say to each other. */

/** What a page is asked to be. */
export interface Mode {
  readonly name: string
  /** Whether the page is cross-origin isolated: then its threads share memory, and TensorFlow.js loads another binary. */
  readonly isolated: boolean
}

export const modes: readonly Mode[] = [
  { name: 'not isolated', isolated: false },
  { name: 'cross-origin isolated', isolated: true },
]

/** How the page draws. */
export interface Settings {
  readonly isolated: boolean
  readonly seed: number
  readonly runs: number
}

/** What came of one check: `problem` says what is wrong, in full. */
export interface Outcome {
  readonly name: string
  readonly problem?: string
}

/** What a page offers, by the name `plastax` of its `globalThis`. */
export interface Page {
  /** The names of the checks, in the order in which they are run. */
  readonly names: (settings: Settings) => readonly string[]
  /** Runs one of them. One at a time, so that the driver sees where a page hangs. */
  readonly run: (settings: Settings, index: number) => Promise<Outcome>
}

/** Where the driver serves what: pages by name, and the binaries of the WASM backend. */
export const paths = {
  page: (name: string) => `/${name}.html`,
  script: (name: string) => `/${name}.js`,
  wasm: '/wasm/',
}
