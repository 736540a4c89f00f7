/** What the docstrings say: every export of the library with its summary, options, examples and source. */
import { Application, type Comment, type CommentDisplayPart, type DeclarationReflection, ReflectionKind } from 'typedoc'
import { type Option, optionTakers, type Taker } from './options.js'

/** A parameter: its name and what it may be. */
export interface Documented {
  readonly name: string
  readonly text: string
}

/** An export as its docstring describes it. */
export interface Entry {
  readonly name: string
  readonly kind: 'value' | 'type'
  /** From which of the package's entries it comes. */
  readonly entry: 'index' | 'analysis'
  /** Where it is defined: `src/transform/clip.ts`. */
  readonly file: string
  /** The docstring without its tags, Markdown. */
  readonly text: string
  readonly parameters: readonly Documented[]
  readonly options: readonly Option[]
  readonly examples: readonly string[]
  /** The paper, where the docstring names one. */
  readonly source: string | undefined
}

const sourceLine = /^Source: ([\s\S]+?)(?:\n```)?$(?![\s\S])/m

const markdown = (parts: readonly CommentDisplayPart[] = []): string =>
  parts
    .map(part => (part.kind === 'inline-tag' ? `\`${part.text}\`` : part.text))
    .join('')
    .trim()

// TypeDoc fences an example together with what follows it, which here is the source.
const codeOf = (parts: readonly CommentDisplayPart[]): string =>
  markdown(parts)
    .replace(/^```ts\n|\n```$/g, '')
    .replace(sourceLine, '')
    .trim()

const textOf = (declaration: { readonly comment?: Comment } | undefined): string =>
  markdown(declaration?.comment?.summary)

const entryOf = (entry: Entry['entry'], declaration: DeclarationReflection, takers: readonly Taker[]): Entry => {
  const signature = declaration.signatures?.[0]
  const file = declaration.sources?.[0]?.fullFileName.replace(/^.*\/(?=src\/)/, '') ?? ''
  const comment = signature?.comment ?? declaration.comment
  const tags = (tag: `@${string}`) => comment?.getTags(tag) ?? []
  const everything = [markdown(comment?.summary), ...(comment?.blockTags ?? []).map(({ content }) => markdown(content))]
  const source = everything.flatMap(text => sourceLine.exec(text)?.[1] ?? [])[0]
  return {
    name: declaration.name,
    entry,
    kind: declaration.kindOf(ReflectionKind.Variable | ReflectionKind.Function) ? 'value' : 'type',
    file,
    text: markdown(comment?.summary).replace(sourceLine, '').trim(),
    parameters: [
      ...(signature?.parameters ?? []).flatMap(p => (p.comment ? [{ name: p.name, text: textOf(p) }] : [])),
      ...tags('@param').map(tag => ({ name: tag.name ?? '', text: markdown(tag.content).replace(/^- /, '') })),
    ],
    options: takers.filter(taker => taker.name === declaration.name).flatMap(({ options }) => options),
    examples: tags('@example').map(({ content }) => codeOf(content)),
    source: source?.replaceAll('\n', ' ').trim(),
  }
}

const entries = { index: 'src/index.ts', analysis: 'src/interpret/analysis.ts' } as const

/** Reads the docstrings of everything that `plastax` and `plastax/analysis` export. */
export const readDocstrings = async (): Promise<readonly Entry[]> => {
  const app = await Application.bootstrap({
    entryPoints: Object.values(entries),
    tsconfig: 'tsconfig.json',
    skipErrorChecking: true, // the type checker has its own turn
    logLevel: 'None',
    disableGit: true,
    sourceLinkTemplate: '{path}',
  })
  const project = await app.convert()
  if (project === undefined) throw new Error(`TypeDoc could not read ${Object.values(entries).join(', ')}`)
  const takers = optionTakers()
  return (project.children ?? []).flatMap(({ name, children = [] }) => {
    const entry = name === 'index' ? 'index' : 'analysis'
    const own = takers.filter(taker => taker.entry === (entry === 'index' ? 'plastax' : 'plastax/analysis'))
    return children.map(child => entryOf(entry, child, own))
  })
}
