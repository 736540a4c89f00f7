/** The examples in the docstrings: whatever makes a transform or a schedule has one; they type-check, and they run. */
import * as tf from '@tensorflow/tfjs'
import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Entry, readDocstrings } from '../../docs/generator/read.js'
import * as library from '../../src/index.js'
import * as analysis from '../../src/interpret/analysis.js'
import { useWasm } from '../../src/wasm/index.js'
import { table } from '../laws/table/index.js'

const entries = await readDocstrings()
const examples = entries.flatMap(entry => entry.examples.map((code, i) => ({ title: `${entry.name} ${i + 1}`, code })))

beforeAll(() => useWasm())

/** An example gives the value of its last statement. */
const body = (code: string): string => {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true)
  const last = file.statements.at(-1)
  if (last === undefined) return code
  if (ts.isExpressionStatement(last))
    return `${code.slice(0, last.getStart(file))}return (${last.expression.getText(file)})`
  const declared = ts.isVariableStatement(last) ? last.declarationList.declarations.at(-1)?.name : undefined
  return declared !== undefined && ts.isIdentifier(declared) ? `${code}\nreturn ${declared.text}` : code
}

const importsFrom = (entry: Entry['entry'], path: string): string => {
  const names = entries
    .filter(found => found.entry === entry)
    .map(({ name, kind }) => (kind === 'type' && name in library === false ? `type ${name}` : name))
  return `import { ${names.join(', ')} } from '${path}'`
}

/** What an example finds without importing it. */
const scope = `
import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
${importsFrom('index', '../../src/index.js')}
${importsFrom('analysis', '../../src/interpret/analysis.js')}
declare const params: Record<'kernel' | 'bias', tf.Tensor>
declare const grads: Record<'kernel' | 'bias', tf.Tensor>
`

test('they type-check', () => {
  const path = new URL('./examples.generated.ts', import.meta.url).pathname
  const text = [scope, ...examples.map(({ code }) => `export const _ = async () => {\n${body(code)}\n}`)]
    .join('\n')
    .replaceAll(
      /export const _ /g,
      (() => {
        let i = 0
        return () => `export const example${i++} `
      })(),
    )
  const config = ts.readConfigFile('test/tsconfig.json', ts.sys.readFile).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, 'test')
  const host = ts.createCompilerHost(options)
  const program = ts.createProgram(
    [path],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    {
      ...host,
      fileExists: name => name === path || host.fileExists(name),
      readFile: name => (name === path ? text : host.readFile(name)),
      getSourceFile: (name, version) =>
        name === path ? ts.createSourceFile(name, text, version) : host.getSourceFile(name, version),
    },
  )
  const source = program.getSourceFile(path)
  const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  expect(problems.map(problem => `${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`)).toEqual([])
})

const isTransform = (x: unknown): x is library.GradientTransform<unknown> =>
  typeof x === 'object' && x !== null && 'init' in x && 'update' in x && !('step' in x)

const leaves = () => ({ kernel: tf.randomNormal([3, 2], 0, 1, 'float32', 1), bias: tf.ones([2]) })

/** Runs an example; a transform that it gives takes a step. */
const run = async (code: string): Promise<void> => {
  const names = {
    ...library,
    ...analysis,
    tf,
    pipe: (await import('fp-ts/lib/function.js')).pipe,
    E: await import('fp-ts/lib/Either.js'),
  }
  const js = ts
    .transpileModule(`export default async () => {\n${body(code)}\n}`, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
    })
    .outputText.replace('export default', 'return')
  const make = new Function('params', 'grads', ...Object.keys(names), js)
  const [params, grads] = [leaves(), leaves()]
  const given: unknown = await make(params, grads, ...Object.values(names))()
  if (!isTransform(given)) return
  // What it takes from an enclosing provide is given here.
  const trees = { alpha: grads, gradientOnly: grads, moment: grads, hessian: grads }
  const optimizer = library.compile(given)
  optimizer.update(grads, optimizer.init(params), params, { epoch: 1, totalEpochs: 8, loss: 1, ...trees })
}

describe('they run', () => {
  test.each(examples.map(({ title, code }) => [title, code] as const))('%s', async (_, code) => {
    tf.engine().startScope()
    try {
      await run(code)
    } finally {
      tf.engine().endScope()
    }
  })
})

const described = (name: string): Entry | undefined => entries.find(entry => entry.name === name)

test('whatever makes a transform has an example', () => {
  const transforms = [...new Set(table.map(({ name }) => name))]
  expect(transforms.filter(name => (described(name)?.examples.length ?? 0) === 0)).toEqual([])
})

test('every export has a docstring', () => {
  expect(entries.filter(({ kind, text }) => kind === 'value' && text === '').map(({ name }) => name)).toEqual([])
})
