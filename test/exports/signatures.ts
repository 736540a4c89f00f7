/** Every public name of the package with its signature, as the type checker has it. */
import ts from 'typescript'
import { entries, programOf } from './program.js'

/** The file that holds the signatures of an earlier version. */
export const exportsFile = new URL('../exports.txt', import.meta.url)

const { NoTruncation, UseAliasDefinedOutsideCurrentScope, InTypeAlias, WriteArrowStyleSignature } = ts.TypeFormatFlags
const flags = NoTruncation | UseAliasDefinedOutsideCurrentScope | WriteArrowStyleSignature

/** On one line. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

const signaturesOf = (checker: ts.TypeChecker, source: ts.SourceFile): readonly string[] => {
  const show = (type: ts.Type, more = 0) => flat(checker.typeToString(type, undefined, flags | more))

  /** Type parameters as they are written, which no type has. */
  const parameters = ({ declarations = [] }: ts.Symbol): string => {
    const found = declarations.flatMap(d =>
      ts.isInterfaceDeclaration(d) || ts.isTypeAliasDeclaration(d) || ts.isClassDeclaration(d)
        ? (d.typeParameters ?? [])
        : [],
    )
    return found.length === 0 ? '' : `<${found.map(p => flat(p.getText())).join(', ')}>`
  }

  /** A member with its type. What is private is not public. */
  const memberOf = (property: ts.Symbol): readonly string[] => {
    const hidden = property.declarations?.some(d => ts.getCombinedModifierFlags(d) & ts.ModifierFlags.Private)
    if (hidden || property.name.startsWith('__#')) return []
    const optional = property.flags & ts.SymbolFlags.Optional ? '?' : ''
    return [`${property.name}${optional}: ${show(checker.getTypeOfSymbol(property))}`]
  }

  const record = (type: ts.Type, made: readonly ts.Signature[] = []): string => {
    const called = (s: ts.Signature) => flat(checker.signatureToString(s, undefined, flags))
    const members = checker.getPropertiesOfType(type).flatMap(memberOf)
    members.sort()
    return `{ ${[...made.map(s => `new ${called(s)}`), ...type.getCallSignatures().map(called), ...members].join('; ')} }`
  }

  const named =
    (prefix: string) =>
    (symbol: ts.Symbol): readonly string[] => {
      const name = `${prefix}${symbol.name}`
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      const has = (flag: ts.SymbolFlags) => (target.flags & flag) !== 0
      const head = `${name}${parameters(target)}`
      const declared = () => checker.getDeclaredTypeOfSymbol(target)
      const value = () => checker.getTypeOfSymbol(target)
      if (has(ts.SymbolFlags.ValueModule)) return checker.getExportsOfModule(target).flatMap(named(`${name}.`))
      return [
        ...(has(ts.SymbolFlags.Class) ? [`class ${head} ${record(declared(), value().getConstructSignatures())}`] : []),
        ...(has(ts.SymbolFlags.Interface) ? [`interface ${head} ${record(declared())}`] : []),
        ...(has(ts.SymbolFlags.TypeAlias) ? [`type ${head} = ${show(declared(), InTypeAlias)}`] : []),
        ...(has(ts.SymbolFlags.Variable | ts.SymbolFlags.Function) ? [`${name}: ${show(value())}`] : []),
      ]
    }

  const module = checker.getSymbolAtLocation(source)
  return (module === undefined ? [] : checker.getExportsOfModule(module)).flatMap(named('')).sort()
}

/** The public names, an entry after the other, a line each. */
export const signatures = (): string => {
  const program = programOf()
  const checker = program.getTypeChecker()
  const linesOf = ([entry, file]: (typeof entries)[number]): string => {
    const source = program.getSourceFile(file)
    return [`# ${entry}`, ...(source === undefined ? [] : signaturesOf(checker, source)), ''].join('\n')
  }
  return entries.map(linesOf).join('\n')
}
