/** Going through what values are made of: on a stack of its own, for a chain of operations may be longer than the machine's is deep. */

/**
 * Finishes a value after all that it needs, each once, in the order of a recursion.
 *
 * @param missing something that a value needs and that is not finished; `undefined` where nothing is missing
 * @param finish is called when nothing is missing
 */
export const settle = <T>(value: T, missing: (x: T) => T | undefined, finish: (x: T) => void): void => {
  const open = [value]
  while (open.length > 0) {
    const last = open[open.length - 1] as T
    const next = missing(last)
    if (next === undefined) {
      finish(last)
      open.pop()
    } else open.push(next)
  }
}
