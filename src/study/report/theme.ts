/** How figures look: colours, dashes and shapes of variants, fonts, axes. */
import type { Role } from '../types.js'

/** How a variant is drawn, the same in every figure. */
export interface Style {
  readonly variant: string
  readonly color: string
  readonly dash: readonly number[]
  readonly shape: string
}

// Okabe and Ito's, which the colour-blind tell apart, grey in place of yellow, which is too light for lines on white.
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8c8c8c']

// By role, so that a colour that comes again is another line and point; and again where it does within a role.
const DASHES: Readonly<Record<Role, readonly (readonly number[])[]>> = {
  plasticity: [
    [1, 0],
    [12, 3],
  ],
  ablation: [
    [4, 2],
    [4, 2, 1, 2],
  ],
  control: [
    [6, 3],
    [6, 3, 1, 3],
  ],
  baseline: [
    [2, 2],
    [2, 5],
  ],
}
const SHAPES: Readonly<Record<Role, readonly string[]>> = {
  plasticity: ['circle', 'triangle-right'],
  ablation: ['diamond', 'triangle-left'],
  control: ['square', 'cross'],
  baseline: ['triangle-up', 'triangle-down'],
}

/** A style for each variant, in the order of the study. */
export const stylesOf = (variants: Readonly<Record<string, { readonly role: Role }>>): readonly Style[] =>
  Object.entries(variants).map(([variant, { role }], i) => {
    const again = Math.floor(i / COLORS.length) % 2
    return {
      variant,
      color: COLORS[i % COLORS.length] as string,
      dash: DASHES[role][again] as readonly number[],
      shape: SHAPES[role][again] as string,
    }
  })

/** What all figures share. */
export const theme = {
  background: 'white',
  font: 'Helvetica, Arial, sans-serif',
  padding: 6,
  view: { stroke: null },
  axis: {
    labelColor: '#333',
    titleColor: '#222',
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    domainColor: '#888',
    tickColor: '#888',
    gridColor: '#e6e6e6',
    titlePadding: 8,
  },
  header: { labelFontSize: 12, labelColor: '#222', labelFontWeight: 'bold', title: null },
  legend: {
    labelFontSize: 11,
    labelColor: '#222',
    title: null,
    symbolType: 'stroke',
    symbolOpacity: 1,
    symbolStrokeWidth: 2,
    symbolSize: 130,
    labelLimit: 220,
  },
  title: { fontSize: 13, anchor: 'start', color: '#111', fontWeight: 'bold', offset: 10 },
  line: { strokeWidth: 2 },
}
