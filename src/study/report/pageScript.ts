/** What the page does: it draws figures, fits them to its width, and switches variants. A module, for its top-level `await`. */

export const pageScript = `
const { config, figures } = JSON.parse(document.getElementById('data').textContent)
const tip = document.getElementById('tip')
const switches = [...document.querySelectorAll('.switches input')]
const boxes = [...document.querySelectorAll('.plot')]
const views = new Map()

const shown = () => switches.filter(input => input.checked).map(input => input.value)

// A plot takes all the width; a figure of several parts as many columns as there is room for.
const sized = ({ spec, rows }, width) => {
  const whole = { config: { ...config, legend: { ...config.legend, disable: true } }, data: { values: rows }, ...spec }
  if (!spec.facet) return { ...whole, width, autosize: { type: 'fit-x', contains: 'padding' } }
  const parts = new Set(rows.map(row => row[spec.facet.field])).size
  const lines = Math.ceil(parts / Math.max(1, Math.floor(width / 290)))
  const columns = Math.ceil(parts / lines)
  const legend = spec.spec.encoding ? 75 : 0
  const each = Math.max(120, Math.floor((width - legend - 20) / columns - 62))
  return { ...whole, columns, spec: { ...spec.spec, width: each } }
}

const showTip = (_, event, __, value) => {
  tip.hidden = value == null
  if (value == null) return
  tip.replaceChildren(...Object.entries(value).map(([head, text]) => {
    const line = document.createElement('div')
    const name = document.createElement('b')
    name.textContent = head + ' '
    line.append(name, String(text))
    return line
  }))
  const at = event.touches?.[0] ?? event
  tip.style.left = Math.max(4, Math.min(at.clientX + 14, innerWidth - tip.offsetWidth - 8)) + 'px'
  tip.style.top = Math.max(4, Math.min(at.clientY + 14, innerHeight - tip.offsetHeight - 8)) + 'px'
}

const draw = async box => {
  views.get(box)?.finalize()
  box.dataset.width = box.clientWidth
  const spec = vegaLite.compile(sized(figures[box.dataset.figure], box.clientWidth)).spec
  const view = new vega.View(vega.parse(spec), { renderer: 'svg', container: box, hover: true }).tooltip(showTip)
  views.set(box, view)
  await view.signal('shown', shown()).runAsync()
}

const update = () => { for (const view of views.values()) view.signal('shown', shown()).runAsync() }
for (const input of switches) input.addEventListener('change', update)
document.querySelector('.switches button')?.addEventListener('click', () => {
  const all = switches.every(input => input.checked)
  for (const input of switches) input.checked = !all
  update()
})

const choose = (select, value) => {
  select.value = value
  const figure = select.closest('figure')
  const box = figure.querySelector('.plot')
  const option = select.selectedOptions[0]
  box.dataset.figure = option.dataset.figure
  for (const link of figure.querySelectorAll('a')) link.href = 'figures/' + option.dataset.id + '.' + link.textContent.toLowerCase()
  if (views.has(box)) draw(box)
}
// One cell for all figures that have it.
const selects = [...document.querySelectorAll('figure select')]
for (const select of selects) select.addEventListener('change', () => {
  for (const other of selects)
    if ([...other.options].some(({ value }) => value === select.value)) choose(other, select.value)
})

let waiting
addEventListener('resize', () => {
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    for (const box of views.keys()) if (Number(box.dataset.width) !== box.clientWidth) draw(box)
  }, 150)
})
addEventListener('scroll', () => { tip.hidden = true }, { passive: true })

// On paper there is nothing to open, to choose or to scroll: all of it is laid out, for as long as it prints. Drawing waits for
// no timer, so that it is done when this has returned.
const PAPER = 960
const put = []
const lay = element => { put.push(() => element.remove()); return element }
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('details:not([open])')) {
    part.open = true
    put.push(() => { part.open = false })
  }
  for (const select of selects) {
    const figure = select.closest('figure')
    const name = lay(document.createElement('p'))
    name.textContent = select.value
    figure.querySelector('.plot').before(name)
    for (const option of [...select.options].toReversed()) if (!option.selected) {
      const other = lay(document.createElement('p'))
      other.textContent = option.value
      const box = lay(document.createElement('div'))
      box.className = 'plot'
      box.dataset.figure = option.dataset.figure
      put.push(() => { views.get(box)?.finalize(); views.delete(box) })
      figure.querySelector('.plot').after(other, box)
      draw(box)
    }
  }
  for (const box of boxes) if (!views.has(box)) draw(box)
  for (const table of document.querySelectorAll('table')) {
    table.style.width = table.style.minWidth = 'min-content'
    table.style.setProperty('--fit', Math.min(1, PAPER / table.offsetWidth))
    table.style.width = table.style.minWidth = ''
  }
})
addEventListener('afterprint', () => { for (const back of put.splice(0)) back() })

// One after another, so that the page can be read meanwhile.
for (const box of boxes) {
  await new Promise(resolve => setTimeout(resolve))
  if (!views.has(box)) await draw(box)
}
`
