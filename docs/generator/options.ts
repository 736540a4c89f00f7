/** What functions take as options: words from the comments at their fields, kinds and defaults from the types of these. */
import ts from 'typescript'
import { entries, programOf } from '../../test/exports/program.js'

/** An option: its name, what it is, what it may be, and its default; a default that is no literal is in the words. */
export interface Option {
  readonly name: string
  readonly words: string
  /** Its kind as data, where a specification states it. */
  readonly kind: unknown
  readonly fallback: unknown
  readonly needed: boolean
  /** The options within it. */
  readonly within: readonly Option[]
}

/** A function that takes options, and from which entry it comes. */
export interface Taker {
  readonly entry: string
  readonly name: string
  /** In which place it takes them. */
  readonly place: number
  /** How the type of its options is called. */
  readonly type: string
  readonly options: readonly Option[]
}

/** The value that a type of literals has; what is none is undefined. */
const literalOf = (checker: ts.TypeChecker, type: ts.Type): unknown => {
  if (type.isStringLiteral() || type.isNumberLiteral()) return type.value
  if (type.flags & ts.TypeFlags.BooleanLiteral) return checker.typeToString(type) === 'true'
  if (checker.isTupleType(type))
    return checker.getTypeArguments(type as ts.TypeReference).map(each => literalOf(checker, each))
  const words = type.getProperty('words')
  return words === undefined ? undefined : literalOf(checker, checker.getTypeOfSymbol(words))
}

const plainType = (checker: ts.TypeChecker, type: ts.Type): ts.Type => checker.getNonNullableType(type)

/** The words of a comment; what it links to is code. */
const wordsOf = (checker: ts.TypeChecker, symbol: ts.Symbol): string =>
  ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    .replaceAll(/\{@link (\w+)\s*\}/g, '`$1`')
    .replaceAll(/\s*\n\s*/g, ' ')

/** What a field states, in a source or where it is declared: its type, kind and default, as types. */
const fieldOf = (checker: ts.TypeChecker, symbol: ts.Symbol): readonly ts.Type[] | undefined => {
  const [declaration] = symbol.declarations ?? []
  if (declaration === undefined || !(ts.isPropertyAssignment(declaration) || ts.isPropertySignature(declaration)))
    return undefined
  const stated = ts.isPropertyAssignment(declaration) ? declaration.initializer : declaration.type
  const type = stated && checker.getTypeAtLocation(stated)
  return type?.symbol?.name === 'Field' ? checker.getTypeArguments(type as ts.TypeReference) : undefined
}

const optionOf = (checker: ts.TypeChecker, symbol: ts.Symbol): Option => {
  const [given, kind, fallback] = fieldOf(checker, symbol) ?? []
  const nested = given !== undefined && kind?.symbol?.name === 'Nested'
  return {
    name: symbol.name,
    words: wordsOf(checker, symbol),
    kind: kind && (literalOf(checker, kind) ?? kind.symbol?.name),
    fallback: fallback && literalOf(checker, fallback),
    needed: (fallback?.flags ?? 0) === ts.TypeFlags.Never,
    within: nested ? membersOf(checker, plainType(checker, given)) : [],
  }
}

const membersOf = (checker: ts.TypeChecker, type: ts.Type): readonly Option[] =>
  checker.getPropertiesOfType(type).map(symbol => optionOf(checker, symbol))

/** Whether a type is one of options: stated as such, called so, or a record each member of which may be absent. */
const isOptions = (checker: ts.TypeChecker, type: ts.Type): boolean => {
  const members = checker.getPropertiesOfType(type)
  if (members.length === 0 || !(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false
  if (type.getCallSignatures().length > 0 || checker.isArrayType(type) || checker.isTupleType(type)) return false
  const name = type.aliasSymbol?.name ?? type.symbol?.name ?? ''
  return (
    /(Options|Settings)$/.test(name) ||
    members.some(member => fieldOf(checker, member) !== undefined) ||
    members.every(member => member.flags & ts.SymbolFlags.Optional)
  )
}

const takersOf = (checker: ts.TypeChecker, entry: string, symbol: ts.Symbol): readonly Taker[] => {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  if (!(target.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Function))) return []
  const [signature] = checker.getTypeOfSymbol(target).getCallSignatures()
  return (signature?.parameters ?? []).flatMap((parameter, place) => {
    const type = plainType(checker, checker.getTypeOfSymbol(parameter))
    if (!isOptions(checker, type)) return []
    return [{ entry, name: symbol.name, place, type: checker.typeToString(type), options: membersOf(checker, type) }]
  })
}

/**
 * Every exported function that takes options.
 *
 * @param files the entries, with the files that declare what they export
 */
export const optionTakers = (program: ts.Program = programOf(), files: typeof entries = entries): readonly Taker[] => {
  const checker = program.getTypeChecker()
  return files.flatMap(([entry, file]) => {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    return module === undefined
      ? []
      : checker.getExportsOfModule(module).flatMap(symbol => takersOf(checker, entry, symbol))
  })
}
