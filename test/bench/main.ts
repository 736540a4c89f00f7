/** `npm run bench`: measures, prints, and writes docs/benchmarks.md. */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { useWasm } from 'plastax/wasm'
import { onManyLeaves, onMlp, onOneLeaf, type Row } from './optimizers.js'
import { training } from './training.js'

await useWasm()

const show = ({ what, peer, ratio: { median, lower, upper, subject, peer: other } }: Row): string =>
  `| ${what} | ${peer} | ${median.toFixed(2)} | ${lower.toFixed(2)} to ${upper.toFixed(2)} | ${subject.toFixed(3)} | ${other.toFixed(3)} |`

const parts: readonly (() => readonly Row[] | Promise<readonly Row[]>)[] = [
  training,
  onMlp,
  ...[1e3, 1e4, 1e5, 1e6, 1e7].map(n => () => onOneLeaf(n)),
  ...[1e4, 1e5, 1e6].map(n => () => onManyLeaves(n)),
]

const lines: string[] = []
for (const part of parts)
  for (const row of await part()) {
    const line = show(row)
    console.log(line)
    lines.push(line)
  }

const head = `# Benchmarks

Each figure is a ratio of times, subject to peer, of two things run alternately in one process: the median over pairs of runs, and the
quartiles. The milliseconds are this machine's, and mean little elsewhere. Written by \`npm run bench\`.

${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, one thread used; Node ${process.versions.node}.

| subject | peer | ratio | quartiles | subject, ms | peer, ms |
| --- | --- | --- | --- | --- | --- |
`
writeFileSync(new URL('../../docs/benchmarks.md', import.meta.url), `${head}${lines.join('\n')}\n`)
