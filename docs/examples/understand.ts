import { neuroPlastic, plasticity, plasticityGate } from 'plastax'
import { explain, modulationBounds } from 'plastax/analysis'

export const rule = explain(neuroPlastic()).text
export const published = modulationBounds(plasticityGate(plasticity({ plasticityScale: 2 })))
export const repaired = modulationBounds(plasticityGate(plasticity({ plasticityScale: 2, boundAfterScaling: true })))
