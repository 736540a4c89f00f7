/** Keeping what was made, within bounds: whoever uses a thing again finds it, and what nobody asked for in a long time is let go. */

export interface Recent<K, V> {
  /** The value of a key, which thereby is the one used last. */
  get(key: K): V | undefined
  set(key: K, value: V): void
}

/** Keeps as many values as `most`, those that were used last. */
export const recent = <K, V>(most: number): Recent<K, V> => {
  // A Map goes by the order of insertion: the first key is the one that was used longest ago.
  const known = new Map<K, V>()
  const set = (key: K, value: V): void => {
    known.delete(key)
    known.set(key, value)
    for (const oldest of known.keys()) {
      if (known.size <= most) return
      known.delete(oldest)
    }
  }
  return {
    get: key => {
      const value = known.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
  }
}
