import type { RuleView } from '../../node/api/outputs/rule-views.ts'
import { localTime } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { facts, table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { ageText } from './series-cells.ts'

const columns = [
  { title: 'RULE' },
  { title: 'STATE' },
  { title: 'WHEN', drop: 2 },
  { title: 'LAST' },
  { title: 'WHY', drop: 1 },
  { title: '' }
] as const

/** A row for each rule. */
export function rulesTable(
  views: readonly RuleView[],
  { width, ansi }: Pick<Terminal, 'width' | 'ansi'>
): string[] {
  const rows = views.map((view) => [
    { text: view.name, style: 'bold' as const },
    view.state === 'fault' ? { text: view.state, style: 'red' as const } : { text: view.state },
    { text: view.when },
    { text: view.last === undefined ? 'never' : ageText(view.last.ago) },
    { text: sanitize(view.last?.why ?? '') },
    { text: sanitize(view.fault ?? nextText(view)) }
  ])
  return table(columns, rows, { width, ansi })
}

/** All about one rule. */
export function ruleLines(view: RuleView, ansi: AnsiStyle): string[] {
  const { name, state, when, does, fired, last, fault } = view
  const results = last?.results.map((one) =>
    one.error === undefined ? one.does : `${one.does}: ${sanitize(one.error)}`
  )
  return facts(
    [
      ['rule', name],
      ['state', state],
      ['when', when],
      ['does', does],
      [
        'fired',
        last === undefined ? 'never' : `${fired === 1 ? 'once' : `${fired} times`}, last ${ageText(last.ago)}`
      ],
      ['why', last === undefined ? undefined : sanitize(last.why)],
      ['done', results],
      ['next', nextText(view) || undefined],
      ['fault', fault === undefined ? undefined : sanitize(fault)]
    ],
    ansi
  )
}

function nextText({ next, note }: RuleView): string {
  if (next === undefined) return ''
  return `next ${localTime(next)}${note === undefined ? '' : `, ${note}`}`
}
