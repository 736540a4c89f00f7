/** Independent readers of what reports write. */

/** The fields of CSV text, line by line, as RFC 4180 has them. */
export const readCsv = (text: string): readonly (readonly string[])[] => {
  const lines: string[][] = []
  let line: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string
    if (quoted && character === '"' && text[i + 1] === '"') field += text[++i]
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === ',' || character === '\n')) {
      line.push(field)
      field = ''
      if (character === '\n') {
        lines.push(line)
        line = []
      }
    } else field += character
  }
  return lines
}

/** The lines of CSV text as records, by its heads. */
export const readRecords = (text: string): readonly Readonly<Record<string, string>>[] => {
  const [heads = [], ...lines] = readCsv(text)
  return lines.map(line => Object.fromEntries(line.map((field, i) => [heads[i], field])))
}

/** The first thing that keeps a text from being XML: an attribute without quotes or given twice, a tag that is not closed, a bare `&`. */
export const xmlProblem = (text: string): string | undefined => {
  const open: string[] = []
  const tag = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('<', at)
    const words = text.slice(at, next === -1 ? undefined : next)
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(words)) return `a bare & in ${words}`
    if (next === -1) return open.length > 0 || words.trim() !== '' ? `${open.join(' ')} left open` : undefined
    tag.lastIndex = next
    const found = tag.exec(text)
    if (found === null) return `no tag: ${text.slice(next, next + 80)}`
    const [whole, close, name, attributes = '', alone] = found as unknown as readonly [
      string,
      string,
      string,
      string,
      string,
    ]
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, key]) => key)
    if (new Set(names).size < names.length) return `an attribute twice: ${whole}`
    if (close === '/' && open.pop() !== name) return `${whole} closes nothing`
    if (close === '' && alone === '') open.push(name)
    at = next + whole.length
  }
  return open.length > 0 ? `${open.join(' ')} left open` : undefined
}
