/** What `--json` writes. */
import type { ComparedRun, VariantSummary } from './summary.js'

/** The settings of a comparison, as they were used. */
export interface ReportConfig {
  readonly variants: readonly {
    readonly name: string
    readonly role: string
    readonly learningRate: number
    readonly alphaBounds?: readonly [number, number]
  }[]
  readonly data: string
  readonly trainImages: number
  readonly testImages: number
  readonly fraction: number
  readonly epochs: number
  readonly seeds: readonly number[]
  readonly batchSize: number
  readonly model: string
}

/** A whole comparison: what was run, on what, and what came of it. */
export interface Report {
  readonly config: ReportConfig
  readonly versions: Readonly<Record<string, string>>
  readonly backend: string
  readonly runs: readonly ComparedRun[]
  readonly summary: readonly VariantSummary[]
  readonly verdict: string
}
