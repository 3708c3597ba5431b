import t, { type Test } from 'tap'
import { type CommandRow, CommandTable } from '../../../../src/reading/history/store/command-table.ts'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { Statements } from '../../../../src/reading/history/store/statements.ts'

const DATE = 1_767_225_600

function tableFor(t: Test): CommandTable {
  const db = openDatabase(':memory:')
  t.teardown(() => db.close())
  return new CommandTable(new Statements(db))
}

function row(n: number, change: Partial<CommandRow> = {}): CommandRow {
  const answer = change.answer ?? 'on'
  return {
    time: DATE + n,
    quality: 0,
    name: 'pump',
    peer: null,
    who: 'this machine',
    asked: 'on',
    lease: null,
    answer,
    text: answer === 'on' ? null : 'why',
    times: 1,
    ...change
  }
}

function counts(table: CommandTable): Record<string, number> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(table.newest(100_000, undefined), ({ answer }) => answer)).map(
      ([answer, rows = []]) => [answer, rows.length]
    )
  )
}

t.test('rows are given back as they were written, the newest of an output', (t) => {
  const table = tableFor(t)
  const rows = [
    row(1),
    row(2, { name: 'lamp', time: null, quality: 2 }),
    row(3, { answer: 'late', lease: 60 })
  ]
  table.add(rows, { rows: 100, since: undefined })
  t.same(table.newest(10, undefined), rows)
  t.same(table.newest(1, 'pump'), [rows[2]])
  t.end()
})

t.test('refusals push out no command, those of strangers no refusal of who may operate it', (t) => {
  const table = tableFor(t)
  const kept = { rows: 640, since: undefined }
  table.add([row(0)], kept)
  for (let n = 1; n < 300; n++) table.add([row(n, { answer: 'late' })], kept)
  for (let n = 300; n < 2000; n++)
    table.add([row(n, { answer: ['denied', 'busy', 'refused'][n % 3] ?? '' })], kept)
  table.add([row(2000)], kept)
  const { on = 0, late = 0, ...untried } = counts(table)
  t.equal(on, 2, 'those that were done')
  const strangers = Object.values(untried).reduce((sum, one) => sum + one, 0)
  t.ok(strangers >= 40 && strangers <= 50, `${strangers} of strangers`)
  t.ok(late >= 110 && late + strangers <= 170, `${late} others`)
  for (let n = 0; n < 1000; n++) table.add([row(3000 + n)], kept)
  t.ok(table.newest(100_000, undefined).length <= 650)
  t.match(table.newest(1, undefined), [{ time: DATE + 3999 }])
  t.end()
})

t.test('old rows go, a clock that is wrong for an hour takes few of them', (t) => {
  const table = tableFor(t)
  table.add(
    Array.from({ length: 320 }, (_, n) => row(n)),
    { rows: 320, since: DATE - 1000 }
  )
  table.add([row(320)], { rows: 320, since: DATE + 1e9 })
  t.equal(table.newest(1000, undefined).length, 301, 'a sixteenth')
  table.add([row(321)], { rows: 320, since: DATE + 1e9 + 3599 })
  t.equal(table.newest(1000, undefined).length, 302, 'once an hour')
  for (let hours = 1; hours < 30; hours++) table.add([], { rows: 320, since: DATE + 1000 + hours * 3600 })
  t.same(table.newest(1000, undefined), [])
  t.end()
})
