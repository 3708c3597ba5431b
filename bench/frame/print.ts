import type { Bench, Column, Row, Table } from './bench.ts'
import type { Machine } from './machine.ts'
import { table } from './statistics.ts'

export interface Measured {
  readonly bench: Pick<Bench, 'name' | 'what'>
  readonly tables: readonly Table[]
  /** Why it has no tables. */
  readonly error?: string
}

/** How results are shown: `head` once, then each bench as it ends. */
export interface Printer {
  head(machine: Machine): string
  bench(measured: Measured): string
}

const head = ({ name, unit }: Column): string => (unit === undefined ? name : `${name}, ${unit}`)

function cells({ name, figures, missing }: Row, columns: readonly Column[]): string[] {
  if (missing !== undefined) return [name, `not measured: ${missing}`]
  return [name, ...columns.map(({ digits = 0 }, index) => figures[index]?.toFixed(digits) ?? '–')]
}

function textOf({ title, conditions, columns, rows, failures = [] }: Table): string {
  const measured = rows.filter(({ missing }) => missing === undefined)
  const others = rows.filter(({ missing }) => missing !== undefined)
  const grid = table([['', ...columns.map(head)], ...measured.map((row) => cells(row, columns))])
  return [
    `  ${title}`,
    ...conditions.map((line) => `  ${line}`),
    grid,
    ...others.map((row) => cells(row, columns).join(': ')),
    ...failures.map((line) => `FAILED: ${line}`)
  ].join('\n')
}

/** For people, on a terminal. */
export const text: Printer = {
  head: ({ lines }) => lines.join('\n'),
  bench: ({ bench, tables, error }) =>
    [`\n${bench.name}: ${bench.what}`, ...tables.map(textOf), ...(error === undefined ? [] : [error])].join(
      '\n'
    )
}

/** One line of JSON for the machine and one for each bench. */
export const json: Printer = {
  head: (machine) => JSON.stringify({ machine }),
  bench: ({ bench, tables, error }) => JSON.stringify({ bench: bench.name, what: bench.what, tables, error })
}

function markdownOf({ title, conditions, columns, rows, failures = [] }: Table): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  const measured = rows.filter(({ missing }) => missing === undefined)
  const others = rows.filter(({ missing }) => missing !== undefined)
  return [
    `**${title}.** ${conditions.join('; ')}`,
    '',
    line(['', ...columns.map(head)]),
    line(['---', ...columns.map(() => '---:')]),
    ...measured.map((row) => line(cells(row, columns))),
    '',
    ...others.map(({ name, missing }) => `- ${name}: not measured: ${missing}`),
    ...failures.map((failure) => `- FAILED: ${failure}`)
  ].join('\n')
}

/** A page of documentation. */
export const markdown: Printer = {
  head: ({ lines }) =>
    `# Measurements\n\nMade by \`npm run bench -- --markdown\`.\n${lines.map((one) => `\n- ${one}`).join('')}`,
  bench: ({ bench, tables, error }) =>
    [
      `\n## ${bench.name}\n\n${bench.what}`,
      ...tables.map(markdownOf),
      ...(error === undefined ? [] : [error])
    ]
      .join('\n\n')
      .trimEnd()
}
