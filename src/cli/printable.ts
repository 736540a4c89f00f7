/** Text that a terminal shows and does not obey: names, paths and messages come from files that anybody may have written. */

// Control characters, but for the line break and the tab, and those that turn the direction of what follows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const escaped = (character: string): string => {
  const code = character.charCodeAt(0).toString(16)
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code}`
}

// Longer than any path or name that one would read, and than a line of a table.
const LONGEST_WORD = 500
const LONGEST_LINE = 4000
const SHOWN = 200

const cut = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, SHOWN)}... (${text.length} letters in all)`

/**
 * Text as it is printed: control characters as `\x1b`, and no more of a word or a line than one can read.
 *
 * @example
 * printable('\u001b[31mred') // '\\x1b[31mred'
 */
export const printable = (text: string): string =>
  text
    .split('\n')
    .map(line => {
      const words = line.length > LONGEST_WORD ? line.replaceAll(/\S+/g, word => cut(word, LONGEST_WORD)) : line
      return cut(words, LONGEST_LINE).replaceAll(COMMANDS, escaped)
    })
    .join('\n')

/** Prints text, so that a terminal shows it as it is. */
export const say = (stream: NodeJS.WritableStream, text: string): void => {
  stream.write(printable(text))
}
