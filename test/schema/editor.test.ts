/** What an editor shows of an option: the words at its field, its range and its default, in the sources and in what is published. */
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { type Option, optionTakers } from '../../docs/generator/options.js'
import { compilerOptions, entries, programOf } from '../exports/program.js'

const user = fileURLToPath(new URL('user.ts', import.meta.url))
const text = `import { adam, neuroPlastic, scaleByAdam, scaleByLion, scaleByMuon } from '../../src/index.js'
scaleByAdam({ b1: 0.5, biasCorrection: false })
scaleByLion({ mode: 'hard' })
scaleByMuon({ nsSteps: 3 })
adam({ learningRate: 0.1 })
neuroPlastic({ plasticity: { minAlpha: 0.1 } })
`

const service = ts.createLanguageService({
  getCompilationSettings: () => compilerOptions,
  getScriptFileNames: () => [user],
  getScriptVersion: () => '1',
  getScriptSnapshot: file => {
    const content = file === user ? text : ts.sys.readFile(file)
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
  },
  getCurrentDirectory: () => fileURLToPath(new URL('../../', import.meta.url)),
  getDefaultLibFileName: options => ts.getDefaultLibFilePath(options),
  fileExists: file => file === user || ts.sys.fileExists(file),
  readFile: file => (file === user ? text : ts.sys.readFile(file)),
})

describe('an editor shows', () => {
  test.each([
    ['b1:', 'Real<"[0, 1)", 0.9>', '$\\beta_1$, the decay of the first moment.'],
    ['biasCorrection:', 'Flag<true>', 'Whether the moments are divided by $1 - \\beta^t$.'],
    ['mode:', '"hard">', 'How the step is bounded: by its sign (`hard`)'],
    ['nsSteps:', 'number', 'default 5.'],
    ['learningRate:', 'ScheduledReal<"(0, inf)", 0.001>', '$\\eta$, the size of a step, or a schedule of it.'],
    ['minAlpha:', 'Real<"(0, inf)", 0.2>', '$lo$, the least coefficient'],
  ])('%s its range, its default and its words', (option, type, words) => {
    const info = service.getQuickInfoAtPosition(user, text.indexOf(option))
    expect(ts.displayPartsToString(info?.displayParts)).toContain(type)
    expect(ts.displayPartsToString(info?.documentation)).toContain(words)
  })

  test('the words where it completes', () => {
    const details = service.getCompletionEntryDetails(
      user,
      text.indexOf('b1:'),
      'nesterov',
      undefined,
      undefined,
      {},
      undefined,
    )
    expect(ts.displayPartsToString(details?.documentation)).toBe(
      'Whether the first moment looks ahead, which makes Nadam.',
    )
    expect(ts.displayPartsToString(details?.displayParts)).toContain('Flag<false>')
  })
})

test('what is published says the same of every option: words, kind and default', () => {
  const source = programOf()
  const published = new Map<string, string>()
  source.emit(undefined, (file, content) => published.set(file, content), undefined, true)
  const folder = fileURLToPath(new URL('../../', import.meta.url))
  const built = (file: string): string => file.replace(folder, `${folder}dist/`).replace(/\.ts$/, '.d.ts')
  // Folders are those of what is emitted here, whatever an earlier build may have left.
  const { directoryExists: _, ...host } = ts.createCompilerHost(compilerOptions)
  const read = (file: string) =>
    published.get(file) ?? (file.startsWith(`${folder}dist/`) ? undefined : ts.sys.readFile(file))
  const files = entries.map(([entry, file]) => [entry, built(file)] as const)
  const program = ts.createProgram({
    rootNames: files.map(([, file]) => file),
    options: compilerOptions,
    host: {
      ...host,
      fileExists: file => read(file) !== undefined,
      readFile: read,
      getSourceFile: (file, language) => {
        const content = read(file)
        return content === undefined ? undefined : ts.createSourceFile(file, content, language)
      },
    },
  })
  const wordsOf = (options: readonly Option[]) =>
    options.map(({ name, words, kind, fallback }) => `${name}: ${words} ${JSON.stringify([kind, fallback])}`)
  const saidIn = (takers: ReturnType<typeof optionTakers>) =>
    Object.fromEntries(takers.map(({ entry, name, options }) => [`${entry} ${name}`, wordsOf(options)]))
  expect(Object.keys(published).length + published.size).toBeGreaterThan(200)
  expect(saidIn(optionTakers(program, files))).toEqual(saidIn(optionTakers(source)))
})
