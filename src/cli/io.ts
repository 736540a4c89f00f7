/** The process that the command line runs in. */

/** What the command line needs from its process, so that a test can give its own. */
export interface Io {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WriteStream
  /** Calls back on Ctrl-C until the returned function is called. */
  readonly onInterrupt: (callback: () => void) => () => void
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

/** The process itself; Ctrl-C and a polite kill are one. */
export const processIo: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt: callback => {
    const signals = ['SIGINT', 'SIGTERM'] as const
    for (const signal of signals) process.on(signal, callback)
    return () => {
      for (const signal of signals) process.off(signal, callback)
    }
  },
  exit: code => process.exit(code),
}
