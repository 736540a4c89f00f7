/** What a misspelt word was meant to be. */

/** The number of letters to insert, remove or replace to get from one word to the other (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, y] of [...b].entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (x === y ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}

/** `; did you mean 'x'?` for the nearest of some words, or nothing where none is near. */
export const suggestion = (word: string, words: readonly string[]): string => {
  const [nearest] = words
    .map(candidate => ({ candidate, away: distance(word.slice(0, 64).toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, away }) => away <= Math.max(2, candidate.length / 3) && away < candidate.length)
    .sort((a, b) => a.away - b.away)
  return nearest === undefined ? '' : `; did you mean '${nearest.candidate}'?`
}
