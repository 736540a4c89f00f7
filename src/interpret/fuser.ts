/** Where `useWasm` leaves the fused interpreter: who computes on another backend need not load it. */
import type { fuse } from './fused/index.js'

let known: typeof fuse | undefined

/** Brings the fused interpreter. */
export const setFuse = (given: typeof fuse): void => {
  known = given
}

/** The fused interpreter, if it was brought. */
export const fuser = (): typeof fuse | undefined => known
