import { copyFileSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { openDatabase, setAside } from '../../../../src/reading/history/store/database-file.ts'
import type { Sealer } from '../../../../src/reading/signed/sealer.ts'
import {
  diskBench as bench,
  noisy,
  readingsOf,
  runOf,
  them,
  topic,
  untilSalvaged,
  us
} from '../../../support/history.ts'

const ours = `${us.peer}/hall/temperature`
const all = { items: 1000, bytes: 10 ** 9 }
const run = runOf(10)

for (const [what, kept, damage] of [
  ['no database at all', 0, () => Buffer.alloc(20_000, 'not a database ')],
  ['a torn page', 700, (file: Buffer) => file.fill(0xff, 16_384, 20_480)],
  ['a torn head', 1792, (file: Buffer) => file.fill(0x00, 16, 100)]
] as const) {
  t.test(`a damaged file (${what}) is set aside, and what it has is salvaged`, async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const first = bench(path)
    first.history.appendOwn(noisy(readingsOf(us.peer, run, 0, 1900)))
    first.history.close()
    writeFileSync(path, damage(readFileSync(path)))
    const { history, clock, log } = bench(path)
    history.readings({ series: ours, limit: 2000 })
    history.appendOwn(readingsOf(us.peer, run, 2000, 2010))
    await clock.advance(120_000)
    await untilSalvaged({ history, clock })
    t.equal(history.readings({ series: ours, limit: 2000 }).at(-1)?.position.seq, 2010)
    const salvaged = history.readings({ series: ours, limit: 2000 }).length - 11
    t.ok(salvaged >= kept, `${salvaged} salvaged`)
    t.match(history.status(), { state: 'ok', damage: { files: [/damaged-/], salvaged, lost: 0 } })
    history.close()
    const aside = readdirSync(dirname(path)).filter((name) => /^history\.sqlite\.damaged-\d+$/.test(name))
    t.equal(aside.length, 1, readdirSync(dirname(path)).join(' '))
    t.match(
      log.lines.filter(({ level }) => level === 'error'),
      [{ message: /damaged.*set aside/ }]
    )
  })
}

/** As a process that was killed leaves it: ten transactions in the log. */
function crashed(path: string): void {
  const { history } = bench(`${path}.live`)
  for (let from = 0; from < 300; from += 30) {
    history.appendOwn(readingsOf(us.peer, run, from, from + 29))
    history.flush()
  }
  for (const end of ['', '-wal']) copyFileSync(`${path}.live${end}`, path + end)
  history.close()
}

function change(path: string, sql: string): void {
  const db = new DatabaseSync(path, { defensive: false })
  db.exec(sql)
  db.close()
}

for (const [what, kept, damage] of [
  [
    'a schema without its tables',
    300,
    (path: string) =>
      change(path, `PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'tail'`)
  ],
  ['a version of 0', 300, (path: string) => change(path, 'PRAGMA user_version = 0')],
  ['an empty file beside its log', 300, (path: string) => writeFileSync(path, '')],
  [
    'a page in the middle of its log',
    250,
    (path: string) => {
      const log = readFileSync(`${path}-wal`)
      writeFileSync(`${path}-wal`, log.fill(0xee, log.length >> 1, (log.length >> 1) + 16))
    }
  ]
] as const) {
  t.test(`what SQLite alone takes for a good file is salvaged: ${what}`, async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    crashed(path)
    damage(path)
    const { history, clock, log } = bench(path)
    await untilSalvaged({ history, clock })
    const held = history.readings({ series: ours, limit: 2000 }).length
    t.ok(held >= kept, `${held}`)
    t.match(history.status(), {
      state: 'ok',
      damage: { files: [/damaged-\d+$/], salvaged: held, unsalvaged: 300 - held }
    })
    t.match(
      log.lines.find(({ level }) => level === 'warn')?.message,
      held === 300 ? /no loss was found/ : new RegExp(`at least ${300 - held} are lost`)
    )
    history.close()
  })
}

t.test('a log that a power cut left with a torn last transaction is no damage', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  crashed(path)
  const log = readFileSync(`${path}-wal`)
  writeFileSync(`${path}-wal`, log.fill(0, log.length - 500, log.length - 400))
  const { history } = bench(path)
  t.equal(history.readings({ series: ours, limit: 2000 }).length, 270)
  t.equal(history.status().damage, undefined)
  history.close()
})

/** A crashed database of several slices that was set aside. @returns readings of ours */
function aside(path: string): number {
  const { history } = bench(path)
  for (let from = 0; from < 6000; from += 1000) history.appendOwn(readingsOf(us.peer, run, from, from + 999))
  for (let i = 0; i < 400; i++) history.put(them.pack(topic, readingsOf(them.peer, run, i, i)))
  history.close()
  t.match(setAside(path, 7), /damaged-7\.unread$/)
  return 6000
}

/** How often a signature is checked. */
function counting(): {
  readonly verified: Set<string>
  readonly count: () => number
  readonly sealer: Sealer
} {
  let calls = 0
  const verified = new Set<string>()
  const isGenuine: Sealer['isGenuine'] = (kind, bytes) => {
    calls++
    verified.add(Buffer.from(bytes).toString('base64'))
    return us.isGenuine(kind, bytes)
  }
  return { verified, count: () => calls, sealer: { ...us, isGenuine } }
}

const names = (path: string): string[] =>
  readdirSync(dirname(path))
    .filter((name) => name.includes('damaged'))
    .toSorted()

t.test('the start does not wait for a salvage, which is done in slices', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = aside(path)
  const { sealer, count: verified } = counting()
  const { history, clock } = bench(path, { sealer })
  t.equal(verified(), 0)
  t.same(history.readings({ series: ours, limit: 9999 }), [])
  history.appendOwn(readingsOf(us.peer, runOf(11), 5, 9))
  const lost = (): unknown[] =>
    history.items(ours, undefined, all).items.filter(({ kind }) => kind === 'lost')
  t.same(lost(), [], 'no gap is lost while a part of the history is not read')
  const slices: number[] = []
  while (verified() < 400) {
    const before = verified()
    await clock.advance(20)
    slices.push(verified() - before)
    if (slices.length > 1000) break
  }
  t.ok(Math.max(...slices) <= 64, `at most ${Math.max(...slices)} in a slice`)
  await untilSalvaged({ history, clock })
  t.equal(history.readings({ series: ours, limit: 9999 }).length, count + 5)
  t.match(lost(), [{ from: 0, to: 4 }])
  history.close()
  t.equal(clock.pending, 0)
})

for (const [what, harm] of [
  ['tables', () => {}],
  ['pages', (file: string) => writeFileSync(file, readFileSync(file).fill(0, 0, 1024))]
] as const) {
  t.test(`a salvage of the ${what} that is cut off again and again comes to its end`, async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const count = aside(path)
    harm(`${path}.damaged-7.unread`)
    const sealed = new Set<string>()
    let [calls, lives] = [0, 0]
    for (; names(path).some((name) => name.endsWith('.unread')) && lives < 40; lives++) {
      const { sealer, verified, count } = counting()
      const { history, clock } = bench(path, { sealer })
      // Three slices; what they read and did not write is gone.
      await clock.advance(70)
      await setImmediate()
      for (const one of verified) sealed.add(one)
      calls += count()
      history.close()
    }
    t.ok(lives > 3 && lives < 40, `${lives} processes`)
    t.ok(calls <= sealed.size * 1.2, `${calls} verifications of ${sealed.size} packs and blocks`)
    const { history } = bench(path)
    t.equal(history.readings({ series: ours, limit: 9999 }).length, count)
    t.equal(history.readings({ series: `${them.peer}/hall/temperature`, limit: 9999 }).length, 400)
    history.close()
  })
}

t.test('a disk that takes nothing delays a salvage, and each reading comes over all the same', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = aside(path)
  const { history, clock, log, pragma } = bench(path)
  await clock.advance(100)
  pragma('query_only = 1')
  await clock.advance(10_000)
  const { readings } = history.status()
  t.ok(readings < count + 400)
  t.match(history.status().damage, { files: [/unread$/] })
  t.equal(log.lines.filter(({ level }) => level === 'error').length, 0)
  pragma('query_only = 0')
  await clock.advance(61_000)
  await untilSalvaged({ history, clock })
  t.equal(history.readings({ series: ours, limit: 9999 }).length, count)
  t.match(history.status(), {
    state: 'ok',
    damage: { files: [/damaged-7$/], salvaged: count + 400, unsalvaged: 0 }
  })
  history.close()
})

t.test('who must know what a damaged file has gets it at once', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = aside(path)
  const { history, clock } = bench(path)
  t.equal(history.sealRest(), 0, 'the rest that is sealed is all there is')
  t.equal(history.readings({ series: ours, limit: 9999 }).length, count)
  await untilSalvaged({ history, clock })
  history.close()
})

t.test('a file that cannot be opened is left to the next start, and the node goes on', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  symlinkSync('nowhere', `${path}.damaged-7.unread`)
  const { history, clock, log } = bench(path)
  await clock.advance(1000)
  t.match(
    log.lines.filter(({ level }) => level === 'error'),
    [{ message: /not salvaged: .*; the next start tries it again/ }]
  )
  history.appendOwn(readingsOf(us.peer, run, 0, 9))
  history.flush()
  t.equal(history.status().readings, 10)
  history.close()
})

t.test('a wrong year of the clock deletes nothing of what is still to be taken over', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = aside(path)
  utimesSync(`${path}.damaged-7.unread`, 1_767_231_225, 1_767_231_225)
  const { history, clock } = bench(path, { time: () => ({ quality: 1, offset: 40 * 365 * 86_400_000 }) })
  history.appendOwn(readingsOf(us.peer, runOf(11), 0, 999))
  await clock.advance(120_000)
  await untilSalvaged({ history, clock })
  await clock.advance(120_000)
  t.equal(history.readings({ series: ours, limit: 9999 }).length, count + 1000)
  history.close()
})

t.test('what came again before a salvage had it is kept once, as it was sealed', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = aside(path)
  const { history, clock } = bench(path)
  for (let seq = 20; seq < 50; seq++) history.put(them.pack(topic, readingsOf(them.peer, run, seq, seq)))
  t.equal(history.status().readings, 30)
  await untilSalvaged({ history, clock })
  t.equal(history.status().readings, count + 400)
  history.put(them.pack(topic, readingsOf(them.peer, run, 200, 200)))
  t.equal(history.status().readings, count + 400, 'also of what came then')
  const theirs = `${them.peer}/hall/temperature`
  t.equal(history.items(theirs, undefined, all).items.length, 400)
  t.same(history.readings({ series: theirs, limit: 999 }), readingsOf(them.peer, run, 0, 399))
  history.close()
})

t.test('a file that is given up ends its salvage like another one', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  aside(path)
  symlinkSync('nowhere', `${path}.damaged-8.unread`)
  let ends = 0
  const { history, clock } = bench(path, { onSalvaged: () => [ends++] })
  await clock.advance(10_000)
  while (names(path).includes('history.sqlite.damaged-7.unread')) await setImmediate()
  t.equal(ends, 1, 'once nothing is left')
  t.equal(history.readings({ series: ours, limit: 9999 }).length, 6000)
  history.close()
})

/** How often the rows that are kept one by one are looked at. */
function countingTails(): { readonly count: () => number; readonly open: (path: string) => DatabaseSync } {
  let count = 0
  const open = (path: string): DatabaseSync => {
    const db = openDatabase(path)
    const prepare = db.prepare.bind(db)
    db.prepare = (sql) => {
      const statement = prepare(sql)
      if (!sql.includes('DISTINCT series_id, run_id FROM tail')) return statement
      const all = statement.all.bind(statement)
      statement.all = () => {
        count += 1
        return all()
      }
      return statement
    }
    return db
  }
  return { count: () => count, open }
}

t.test(
  'what a salvage leaves row by row is read when it is done, not with each flush meanwhile',
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const count = aside(path)
    const { open, count: looks } = countingTails()
    const { history, clock } = bench(path, { open })
    for (let flush = 0; flush < 5; flush++) {
      await clock.advance(20)
      history.flush()
    }
    t.match(history.status().damage?.files, [/unread$/], 'it is not done')
    t.equal(looks(), 1, 'at the start')
    await untilSalvaged({ history, clock })
    history.flush()
    t.equal(looks(), 2)
    t.equal(history.readings({ series: ours, limit: 9999 }).length, count)
    history.close()
  }
)

t.test('rows of a salvage that is given up are not lost', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const devices = ['a', 'b', 'c', 'd', 'e', 'f']
  const before = bench(path)
  for (const device of devices) before.history.appendOwn(readingsOf(us.peer, run, 0, 39, device))
  before.history.close()
  t.match(setAside(path, 7), /damaged-7\.unread$/)
  let looks = 0
  const quantities = new Map(us.quantities)
  const sealer: Sealer = {
    ...us,
    quantities: Object.assign(quantities, {
      get: (name: string) => {
        looks += 1
        if (looks > 150) throw new Error('out of order')
        return us.quantities.get(name)
      }
    })
  }
  const { history, clock, log } = bench(path, { sealer })
  await clock.advance(2000)
  t.ok(log.lines.some(({ message }) => message.includes('is not salvaged: out of order')))
  const held = (): number[] =>
    devices.map(
      (device) => history.readings({ series: `${us.peer}/${device}/temperature`, limit: 99 }).length
    )
  history.appendOwn(readingsOf(us.peer, runOf(11), 0, 0))
  history.flush()
  const found = held()
  t.ok(found[0] === 40 && found[1] === 40, String(found))
  history.flush()
  t.same(held(), found)
  history.close()
})
