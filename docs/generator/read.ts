/** What the docstrings say: every export of the library with its summary, options, examples and source. */
import { readFileSync } from 'node:fs'
import { Application, type Comment, type CommentDisplayPart, type DeclarationReflection, ReflectionKind } from 'typedoc'

/** An option, or a parameter: its name and what it may be. */
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
  readonly options: readonly Documented[]
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

/** The members of a parameter's type, inherited ones with them. */
const membersOf = (type: DeclarationReflection['type']): readonly DeclarationReflection[] => {
  switch (type?.type) {
    case 'reference': {
      const to = type.reflection as DeclarationReflection | undefined
      // A transform or a tree is an interface too, but no set of options.
      if (to?.kindOf(ReflectionKind.Interface)) return to.name.endsWith('Options') ? (to.children ?? []) : []
      return membersOf(to?.type)
    }
    case 'intersection':
      return type.types.flatMap(membersOf)
    case 'reflection':
      return type.declaration.children ?? []
    default:
      return []
  }
}

/** What a docstring says of options that are taken apart where they come in: TypeDoc has no name for these, and drops it. */
const takenApart = (file: string, name: string): readonly Documented[] => {
  const [, docstring = ''] =
    new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport const ${name}\\b`).exec(readFileSync(file, 'utf8')) ?? []
  return docstring
    .replaceAll(/^ \* ?/gm, '')
    .split(/^(?=@)|\n\n/m)
    .flatMap(tag => {
      const [, option, text] = /^@param (options\.\w+) ([\s\S]+)$/.exec(tag.trim()) ?? []
      return option === undefined || text === undefined ? [] : [{ name: option, text }]
    })
}

const entryOf = (entry: Entry['entry'], declaration: DeclarationReflection): Entry => {
  const signature = declaration.signatures?.[0]
  const file = declaration.sources?.[0]?.fullFileName.replace(/^.*\/(?=src\/)/, '') ?? ''
  const comment = signature?.comment ?? declaration.comment
  // `described(...)` is a constant whose first type argument is the options.
  const described = declaration.type?.type === 'reference' ? declaration.type.typeArguments?.[0] : undefined
  const taken = signature?.parameters?.map(({ type }) => type) ?? [described]
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
      ...(signature === undefined ? [] : takenApart(file, declaration.name)),
    ],
    options: taken.flatMap(membersOf).flatMap(optionOf),
    examples: tags('@example').map(({ content }) => codeOf(content)),
    source: source?.replaceAll('\n', ' ').trim(),
  }
}

/** An option, or the options in it. */
const optionOf = (member: DeclarationReflection): readonly Documented[] => {
  const inner = member.type?.type === 'reference' && member.type.name.endsWith('Options') ? membersOf(member.type) : []
  return inner.length > 0
    ? inner.map(({ name, ...rest }) => ({ name: `${member.name}.${name}`, text: textOf(rest) }))
    : [{ name: member.name, text: textOf(member) }]
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
  return (project.children ?? []).flatMap(({ name, children = [] }) =>
    children.map(child => entryOf(name === 'index' ? 'index' : 'analysis', child)),
  )
}
