/** The style sheet of the page. */

export const pageStyle = `
:root { color-scheme: light; --line: #d9d9d9; --soft: #f5f6f7; --dim: #555; --accent: #0072b2 }
* { box-sizing: border-box }
body { margin: 0; background: #fff; color: #1a1a1a; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem }
h2 { font-size: 1.3rem; margin: 2.8rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line) }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem }
p { margin: .5rem 0 }
a { color: var(--accent) }
nav { margin: 1rem 0; font-size: .92rem; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem }
.lead { color: var(--dim); margin: 0 }
.answer { border-left: 4px solid var(--accent); background: var(--soft); padding: 1rem 1.25rem; margin: 1.5rem 0 }
.answer h2 { border: 0; margin: 0 0 .4rem; padding: 0; font-size: 1rem; color: var(--dim); font-weight: 600 }
.answer p { font-size: 1.12rem; margin: 0 }
.answer ul { margin: .8rem 0 0; padding-left: 1.2rem; font-size: .95rem; color: #333 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0; font-size: .95rem }
dt { color: var(--dim) }
dd { margin: 0; overflow-wrap: anywhere }
details { border: 1px solid var(--line); border-radius: 4px; padding: .6rem 1rem; margin: .6rem 0 }
summary { cursor: pointer; font-weight: 600 }
details ul { padding-left: 1.2rem; font-size: .95rem }
details li { margin: .4rem 0 }
.switches { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; padding: .6rem 0; background: #fff; border-bottom: 1px solid var(--line); font-size: .9rem }
.switches label { display: inline-flex; align-items: center; gap: .35rem; cursor: pointer; white-space: nowrap }
.switches svg { display: block }
.switches button { font: inherit; border: 1px solid var(--line); background: #fff; border-radius: 3px; cursor: pointer; padding: 0 .5rem }
@media (min-width: 50rem) { .switches { position: sticky; top: 0; z-index: 2 } }
figure { margin: 2rem 0 2.6rem }
figure header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .2rem 1rem }
figure h3 { margin: 0 0 .4rem }
figure select { font: inherit; font-size: .9rem; padding: .15rem .3rem; max-width: 100% }
.plot { min-height: 5rem; overflow-x: auto }
.plot svg { display: block }
figcaption, .note { color: var(--dim); font-size: .88rem; max-width: 50rem }
.scroll { overflow: auto; max-height: 36rem }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 100% }
th, td { padding: .3rem .7rem; text-align: left; border-bottom: 1px solid #ececec; vertical-align: top }
th { position: sticky; top: 0; background: #fff; border-bottom: 2px solid #555; font-weight: 600; vertical-align: bottom }
.n { text-align: right; white-space: nowrap }
th.n { white-space: normal }
.w { white-space: nowrap }
tr.group th { position: static; border-bottom: 1px solid #bbb; padding-top: .9rem; font-weight: 600; text-align: left }
summary span { font-weight: 400 }
tbody tr:hover { background: var(--soft) }
#tip { position: fixed; z-index: 9; pointer-events: none; background: #fff; border: 1px solid #aaa; border-radius: 3px; padding: .35rem .55rem; font-size: .8rem; box-shadow: 0 1px 5px #0003; max-width: 18rem }
#tip b { font-weight: 400; color: var(--dim) }
@media (max-width: 40rem) { main { padding: 1.2rem .9rem 3rem } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } h1 { font-size: 1.5rem } }
@page { size: landscape; margin: 12mm }
@media print {
  nav, select, #tip, .switches input, .switches button { display: none }
  .switches { position: static }
  main { max-width: none; padding: 0 }
  .scroll { max-height: none; overflow: visible }
  .plot { overflow: visible; break-inside: avoid }
  .plot svg { width: auto; height: auto; max-width: 100%; max-height: 150mm }
  table { zoom: var(--fit, 1) }
  th { position: static }
  tr, figure header, figcaption, .answer { break-inside: avoid }
  h2, h3, thead, figure header, figure p { break-after: avoid }
}
`
