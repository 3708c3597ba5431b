process.env['TZ'] = 'UTC'

import { decodeMultiple } from 'cbor-x'
import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import type { HistoryRow } from '../../../src/node/api/reading-rows.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { historyRows, NOW, reading } from '../../support/fakes/views.ts'
import { golden } from '../../support/golden.ts'
import { type CommandRunOptions, runCommand } from '../../support/process/command-run.ts'

/** Readings of two runs without a known time, one a minute, and of one with. */
function untimedRows(): HistoryRow[] {
  const run = (epoch: number, values: readonly number[], start?: number): HistoryRow[] =>
    values.map((value, i) => {
      const { age: _age, stale: _stale, state: _state, ...view } = reading(i * 60, value)
      const given = { state: 'value' as const, interval: 60, from: 'author' as const }
      const row = { ...view, ...given, position: { ...view.position, epoch, seq: i } }
      return start === undefined
        ? { ...row, time: null, quality: 2 as const, sinceStart: i * 60 }
        : { ...row, time: start + i * 60 }
    })
  return [...run(17, [20, 20.5, 20.2, 21]), ...run(18, [19, 19.5]), ...run(19, [20.1, 20.4, 20.8], NOW)]
}

function operations(): FakeOperations {
  return Object.assign(new FakeOperations(), { rows: untimedRows() })
}

const REMARK = 'kith: 6 readings have no known time: shown with the time since the start of the run\n'

t.test('readings without a known time are shown by run', async (t) => {
  const { out, err, status } = await runCommand('history hall air', { operations: operations() })
  t.equal(status, 0)
  t.equal(out, golden(new URL('../golden/history-untimed.txt', import.meta.url), out))
  t.equal(err, REMARK)
})

t.test('as a sequence of CBOR maps with the keys of --json', async (t) => {
  const {
    bytes = Buffer.of(),
    out,
    status
  } = await runCommand('history hall air --cbor', { operations: operations() })
  t.same([status, out], [0, ''])
  const json = await runCommand('history hall air --json', { operations: operations() })
  const rows = json.out.trimEnd().split('\n')
  t.strictSame(
    decodeMultiple(bytes),
    rows.map((line) => JSON.parse(line))
  )
  t.equal((bytes[0] ?? 0) >> 5, 5, 'a plain map, no record of the library')
  t.ok(bytes.length < json.out.length)
  const live = await runCommand('history hall air --cbor', { operations: operations(), columns: 80 })
  t.equal(live.status, 2)
  t.match(live.err, /writes bytes, not text/)
  t.equal((await runCommand('history hall air --cbor --json')).status, 2)
})

t.test('and plotted by run, on the time since its start', async (t) => {
  const { out, err } = await runCommand('history hall air --plot', { operations: operations(), columns: 60 })
  t.equal(out, golden(new URL('../golden/history-untimed-plot.txt', import.meta.url), out))
  t.equal(err, REMARK)
})

t.test('in CSV and JSON as well', async (t) => {
  const { out } = await runCommand('history hall air --csv', { operations: operations() })
  const lines = out.trim().split('\n')
  t.match(lines[0], /,to,since_start$/)
  t.match(lines[2], /^,.*,17,00112233aabbccdd,1,,60$/)
  t.match(lines.at(-1), /^2026-.*,19,00112233aabbccdd,2,,$/)
  const json = await runCommand('history hall air --json', { operations: operations() })
  t.match(JSON.parse(json.out.split('\n')[1] ?? ''), { time: null, quality: 2, sinceStart: 60 })
  t.equal(json.err, '', 'no remark for a program')
})

t.test('a reading whose start is not known either', async (t) => {
  const row = historyRows.flatMap((row) =>
    'position' in row ? [{ ...row, time: null, quality: 2 as const }] : []
  )[0]
  const fake = Object.assign(new FakeOperations(), { rows: row === undefined ? [] : [row] })
  t.match(await runCommand('history hall air', { operations: fake }), { out: /^time unknown\thall\/air/ })
  t.match(await runCommand('history hall air --plot', { operations: fake }), {
    out: '',
    err: /nothing to plot/
  })
})

t.test('the window', async (t) => {
  const fake = new FakeOperations()
  await runCommand('history hall air', { operations: fake })
  await runCommand('history hall air --until 2d', { operations: fake })
  t.match(fake.asked, [{ since: NOW - 86_400 }, { since: NOW - 3 * 86_400, until: NOW - 2 * 86_400 }])
  t.same(await runCommand('history hall air --since 1h --until 2h', { operations: fake }), {
    status: 2,
    out: '',
    err: 'kith: kith history: --since (2026-11-23 20:56:41) is after --until (2026-11-23 19:56:41)\n'
  })
  t.equal(fake.asked.length, 2, 'and the node is not asked')
})

t.test('where readings come from, and that an author was not reached', async (t) => {
  const [row] = untimedRows()
  if (row === undefined || !('position' in row)) throw new Error('no row')
  const { peer, who } = row
  const rows: HistoryRow[] = [
    { ...row, from: 'own' },
    { ...row, from: 'own' },
    { ...row, from: 'holder', holder: 'den' },
    row,
    { peer, who, incomplete: 'hall cannot be reached\n  tcp: refused\n  udp: refused' }
  ]
  const fake = Object.assign(new FakeOperations(), { rows })
  const text = await runCommand('history hall air', { operations: fake })
  t.equal(text.out.trimEnd().split('\n').length, 4)
  t.match(text.err, /^kith: readings may be missing: hall cannot be reached$/m)
  t.match(text.err, /^kith: from the store of this node: 2 readings, from den: 1, from hall: 1$/m)
  t.equal(text.status, 0)
  const json = await runCommand('history hall air --json', { operations: fake })
  const lines = json.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(
    lines.map(({ from, holder, incomplete }) => [from, holder, incomplete?.slice(0, 4)]),
    [['own'], ['own'], ['holder', 'den'], ['author'], [undefined, undefined, 'hall']]
  )
  t.equal(json.err, '')
  const cbor = await runCommand('history hall air --cbor', { operations: fake })
  t.equal(decodeMultiple(cbor.bytes ?? Buffer.of())?.length, 5)
  t.equal((await runCommand('history hall air --csv', { operations: fake })).out.trim().split('\n').length, 5)
})

t.test('-n asks for the newest, however old', async (t) => {
  const fake = new FakeOperations()
  await runCommand('history hall air -n 20', { operations: fake })
  await runCommand('history hall air --newest 5 --since 1h', { operations: fake })
  t.strictSame(fake.asked, [
    { who: 'hall', what: 'air', limit: 10_001, newest: 20 },
    { who: 'hall', what: 'air', limit: 10_001, since: NOW - 3600, newest: 5 }
  ])
  for (const wrong of ['0', '10001', '-3', 'x'])
    t.equal((await runCommand(`history hall air -n ${wrong}`, { operations: fake })).status, 2)
})

t.test(
  'the remark on --limit is there only where readings are left out, and advises what can be done',
  async (t) => {
    const err = async (line: string): Promise<string> =>
      (await runCommand(`history hall air ${line} --json`, { operations: operations() })).err
    t.equal(await err('--limit 9'), '', 'as many as there are')
    t.equal(
      await err('--limit 8'),
      'kith: only the first 8 readings; others by --limit (at most 1000000), or --since and --until\n'
    )
    t.match(await err('-n 20 --limit 8'), /others by --limit \(at most 1000000\), or a smaller -n\n$/)
    const { out } = await runCommand('history hall air --limit 8 --csv', { operations: operations() })
    t.equal(out.trimEnd().split('\n').length, 9)
  }
)

t.test('the CSV header comes with the rows, alone where there are none, and not with an error', async (t) => {
  const none = Object.assign(new FakeOperations(), { rows: [] })
  for (const [line, head] of [
    ['history hall air --csv', /^time,peer,.*since_start\n$/],
    ['history hall air --csv --every 1h', /^time,until,.*cut\n$/]
  ] as const) {
    t.match((await runCommand(line, { operations: none })).out, head, line)
    const found = await runCommand(line, { operations: operations() })
    t.equal(found.out.match(/^time,/gm)?.length, 1)
    t.match(found.out, /^time,/)
    const failing = Object.assign(new FakeOperations(), { error: new NodeError('no-such', 'nothing') })
    t.match(await runCommand(line, { operations: failing }), { out: '', status: 1, err: /nothing/ }, line)
  }
})

t.test('forms that exclude each other are refused before a node is asked or started', async (t) => {
  let connects = 0
  const options: CommandRunOptions = {
    get from() {
      connects += 1
      return 'running' as const
    }
  }
  for (const line of ['--csv --json', '--svg a.svg --plot', '--every 1h --plot']) {
    const { status, err } = await runCommand(`history hall air ${line}`, options)
    t.equal(status, 2, line)
    t.match(err, /exclude/, line)
  }
  t.equal(connects, 0)
  await runCommand('history hall air', options)
  t.equal(connects, 1)
})
