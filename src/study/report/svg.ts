/** Figures as SVG, rendered without a browser. */
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Figure } from './figure.js'
import { theme } from './theme.js'

/** A figure as a whole Vega-Lite specification, its data inside. */
export const specOf = ({ spec, rows }: Figure): TopLevelSpec =>
  ({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: theme,
    data: { values: rows },
    ...spec,
  }) as unknown as TopLevelSpec

/**
 * A figure as SVG. The same figure gives the same text; so figures are rendered one after another.
 *
 * @example
 * for (const figure of report.figures) await svgOf(figure)
 */
export const svgOf = async (figure: Figure): Promise<string> => {
  // Names of clip paths and gradients are counted in the whole process.
  vega.resetSVGDefIds()
  const view = new vega.View(vega.parse(compile(specOf(figure)).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return `${svg}\n`
}
