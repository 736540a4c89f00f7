/**
 * Patterns of leaf names from data: regular expressions without what needs backtracking, so that matching takes time in proportion
 * to pattern and name, whoever wrote the pattern. What a pattern means is what `RegExp` says of it.
 */
import * as E from 'fp-ts/lib/Either.js'

/** Whether a text has a match of the pattern somewhere. */
export type Matches = (text: string) => boolean

/** The longest pattern that is read. */
export const longestPattern = 200

/** One character, or the end where there is none, with what stands before it. */
type State =
  | { readonly kind: 'character'; readonly accepts: (c: string) => boolean; readonly next: number }
  | { readonly kind: 'fork'; readonly next: readonly number[] }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' }

/** Adds the states of a part of the pattern before those that follow, and says where the part begins. */
type Part = (states: State[], next: number) => number

class Refused extends Error {}
const refuse = (what: string): never => {
  throw new Refused(what)
}

const add = (states: State[], state: State): number => states.push(state) - 1
const nothing: Part = (_, next) => next
const character =
  (accepts: (c: string) => boolean): Part =>
  (states, next) =>
    add(states, { kind: 'character', accepts, next })
const sequence =
  (parts: readonly Part[]): Part =>
  (states, next) =>
    parts.reduceRight((after, part) => part(states, after), next)
const either =
  (parts: readonly Part[]): Part =>
  (states, next) =>
    add(states, { kind: 'fork', next: parts.map(part => part(states, next)) })

/** A part again and again: the fork stands before it, and after it once more. */
const repeated =
  (part: Part, optional: boolean): Part =>
  (states, next) => {
    const fork = add(states, { kind: 'fork', next: [] })
    const first = part(states, fork)
    states[fork] = { kind: 'fork', next: [first, next] }
    return optional ? fork : first
  }

const quantifiers: Readonly<Record<string, (part: Part) => Part>> = {
  '*': part => repeated(part, true),
  '+': part => repeated(part, false),
  '?': part => either([part, nothing]),
}

// One character against one class: nothing there can take long.
const named: Readonly<Record<string, RegExp>> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ }
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' }

/** What a backslash and the character after it accept. */
const escaped = (c: string | undefined): { readonly literal: string } | { readonly among: RegExp } => {
  if (c === undefined) return refuse('a backslash at the end')
  const among = Object.hasOwn(named, c) ? named[c] : undefined
  if (among !== undefined) return { among }
  if (Object.hasOwn(controls, c)) return { literal: controls[c] as string }
  if (/[A-Za-z0-9]/.test(c)) return refuse(/[0-9]/.test(c) ? `the reference '\\${c}'` : `the escape '\\${c}'`)
  return { literal: c }
}

/** A recursive descent over the pattern, which is short. */
const parse = (source: string): Part => {
  let at = 0
  const peek = (): string | undefined => source[at]
  const alternatives = (): Part => {
    const parts = [terms()]
    while (peek() === '|') {
      at += 1
      parts.push(terms())
    }
    return parts.length === 1 ? (parts[0] as Part) : either(parts)
  }
  const terms = (): Part => {
    const parts: Part[] = []
    for (let c = peek(); c !== undefined && c !== '|' && c !== ')'; c = peek()) parts.push(term())
    return sequence(parts)
  }
  const term = (): Part => {
    const c = source[at++] as string // the caller saw it
    if (c === '^' || c === '$') {
      if (peek() !== undefined && '*+?{'.includes(peek() as string)) refuse(`'${c}${peek()}'`)
      return (states, next) => add(states, { kind: c === '^' ? 'start' : 'end', next })
    }
    const part = atom(c)
    const quantify = quantifiers[peek() ?? '']
    if (peek() === '{') return refuse("a counted repetition, '{'")
    if (quantify === undefined) return part
    at += 1
    const more = peek()
    if (more === '?') return refuse(`a lazy quantifier, '${source[at - 1]}?'`)
    if (more !== undefined && '*+{'.includes(more)) return refuse(`two quantifiers, '${source[at - 1]}${more}'`)
    return quantify(part)
  }
  const atom = (c: string): Part => {
    if (c === '(') return group()
    if (c === '[') return characters()
    if (c === '.') return character(x => !/[\n\r\u2028\u2029]/.test(x))
    if (c === '\\') {
      const found = escaped(source[at++])
      return character('among' in found ? x => found.among.test(x) : x => x === found.literal)
    }
    if ('*+?{'.includes(c)) return refuse(`'${c}' after nothing`)
    return character(x => x === c)
  }
  const group = (): Part => {
    if (source.startsWith('?:', at)) at += 2
    else if (peek() === '?') refuse(`the group '(${source.slice(at, at + 2)}'`)
    const inner = alternatives()
    if (source[at++] !== ')') refuse("a group that is not closed, '('")
    return inner
  }
  const characters = (): Part => {
    const outside = peek() === '^'
    if (outside) at += 1
    const tests: ((c: string) => boolean)[] = []
    const item = () => {
      const c = source[at++] ?? refuse("a class that is not closed, '['")
      return c === '\\' ? (source[at] === 'b' ? refuse("the escape '\\b'") : escaped(source[at++])) : { literal: c }
    }
    while (peek() !== ']') {
      const from = item()
      if (peek() !== '-' || source[at + 1] === ']' || source[at + 1] === undefined) {
        tests.push('among' in from ? c => from.among.test(c) : c => c === from.literal)
        continue
      }
      at += 1
      const to = item()
      if ('among' in from || 'among' in to) return refuse('a class in a range of characters')
      if (from.literal > to.literal) return refuse(`a range from '${from.literal}' down to '${to.literal}'`)
      tests.push(c => from.literal <= c && c <= to.literal)
    }
    at += 1
    return character(c => tests.some(test => test(c)) !== outside)
  }
  const whole = alternatives()
  return at < source.length ? refuse("a ')' that nothing opens") : whole
}

/** All states that are reached without a character, from a position of the text. */
const settle = (
  states: readonly State[],
  from: Iterable<number>,
  first: boolean,
  last: boolean,
): ReadonlySet<number> => {
  const seen = new Set<number>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    const state = states[id] as State
    if (state.kind === 'fork') open.push(...state.next)
    else if ((state.kind === 'start' && first) || (state.kind === 'end' && last)) open.push(state.next)
  }
  return seen
}

const matcher = (part: Part): Matches => {
  const states: State[] = [{ kind: 'match' }]
  const begin = part(states, 0)
  return text => {
    let reached: readonly number[] = []
    for (let i = 0; i <= text.length; i++) {
      const now = settle(states, [...reached, begin], i === 0, i === text.length)
      if (now.has(0)) return true
      const c = text[i]
      reached = [...now].flatMap(id => {
        const state = states[id] as State
        return c !== undefined && state.kind === 'character' && state.accepts(c) ? [state.next] : []
      })
    }
    return false
  }
}

/**
 * Reads a pattern: literals, `.`, classes (`[a-z]`, `[^/]`, `\d`, `\w`, `\s`), `*`, `+`, `?`, `|`, groups, `^` and `$`.
 *
 * @returns left what it has beyond these, or that it is longer than {@link longestPattern}
 */
export const patternOf = (source: string): E.Either<string, Matches> => {
  if (source.length > longestPattern) return E.left(`more than ${longestPattern} characters`)
  try {
    return E.right(matcher(parse(source)))
  } catch (error) {
    if (error instanceof Refused) return E.left(error.message)
    throw error
  }
}
