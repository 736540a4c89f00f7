/** The package as the type checker has it: its entries, from the sources that they are built from. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = new URL('../../', import.meta.url)

/** As the package is compiled. */
export const compilerOptions: ts.CompilerOptions = {
  ...ts.getParsedCommandLineOfConfigFile(fileURLToPath(new URL('tsconfig.json', root)), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: () => undefined,
  })?.options,
  // The members of a union in an order of their own, not in that in which the checker met them.
  stableTypeOrdering: true,
}

/** The entries of the package, and the sources that they are built from. */
export const entries: readonly (readonly [entry: string, source: string])[] = Object.entries<{
  readonly types?: string
}>(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).exports).flatMap(([entry, { types }]) =>
  // What `plastax/browser` has, it has from the others.
  types === undefined || entry === './browser'
    ? []
    : [
        [
          entry.replace(/^\./, 'plastax'),
          fileURLToPath(new URL(types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1.ts'), root)),
        ] as const,
      ],
)

/** A program of all entries. */
export const programOf = (): ts.Program =>
  ts.createProgram({ rootNames: entries.map(([, source]) => source), options: compilerOptions })
