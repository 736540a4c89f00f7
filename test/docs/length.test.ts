/** A transform is read at one glance. */
import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'

const longest = 25

const root = new URL('../../', import.meta.url)
const files = ['src/transform/', 'src/neuroplastic/', 'src/optimizers/'].flatMap(room =>
  readdirSync(new URL(room, root), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => room + file),
)

/** Lines of code of each function of a file: neither blank nor comment. */
const lengths = (file: string): readonly (readonly [name: string, lines: number])[] => {
  const text = readFileSync(new URL(file, root), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line
  const linesOf = (node: ts.Node) =>
    text
      .split('\n')
      .slice(lineOf(node.getStart()), lineOf(node.end) + 1)
      .filter(line => line.trim() !== '' && !/^\s*(\/\/|\/?\*)/.test(line)).length
  const functions = (node: ts.Node): readonly ts.Node[] =>
    ts.isArrowFunction(node) ? [node] : node.getChildren().flatMap(functions)
  return source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .flatMap(declaration =>
      functions(declaration).map(f => [`${file} ${declaration.name.getText()}`, linesOf(f)] as const),
    )
}

test(`no transform is longer than ${longest} lines`, () => {
  expect(files.length).toBeGreaterThan(50)
  expect(files.flatMap(lengths).filter(([, lines]) => lines > longest)).toEqual([])
})
