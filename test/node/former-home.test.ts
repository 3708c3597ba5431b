import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { loadNodeConfig } from '../../src/cli/load-config.ts'
import { startNode } from '../../src/node/run-node.ts'
import { openDatabase } from '../../src/reading/history/store/database-file.ts'
import { migrate, migrations, versionOf } from '../../src/reading/history/store/schema.ts'
import { keptLog } from '../support/history.ts'
import { memoryCarrier } from '../support/memory-network.ts'

/*
 * The home of a node of commit 8ca1074: its history has version 1, and keys of its kith.yaml were renamed since. It is a
 * thermometer (every 250 ms) and a contact, and stored the readings of a neighbour. It ran for 25 s and was stopped, ran
 * for 88 s and was killed, so that most of the second run is in the write-ahead log.
 */
const FORMER = new URL('../vectors/former-home.tar.gz', import.meta.url).pathname
const PEER = '12D3KooWR82Gum375MtKYtg8Su4kAyQwdJJzPiXmxCEMAjU15DAr'
const HISTORY = 'history.sqlite'
/** KiB that are left on a disk: for nothing; for SQLite's index of the log; for the steps; for the copy. */
const ROOMS = [0, 36, 64, 100, 200]

function formerHome(t: Test): string {
  const home = join(t.testdir({}), 'home')
  mkdirSync(home, { mode: 0o700 })
  execFileSync('tar', ['xzf', FORMER, '-C', home, '--no-same-owner'])
  return home
}

type Counts = Readonly<Record<string, number>>

/** Readings of each series and run by SQL alone, as either version has them. */
function counts(path: string): Counts {
  const db = new DatabaseSync(path)
  try {
    const rows = db
      .prepare(
        `SELECT name || ' ' || epoch AS name, sum(n) AS n FROM (
           SELECT series_id, run_id, last_seq - first_seq + 1 AS n FROM ranges
           UNION ALL SELECT series_id, run_id, 1 FROM tail)
           JOIN series ON series.id = series_id JOIN runs ON runs.id = run_id GROUP BY 1`
      )
      .all()
    return Object.fromEntries(rows.map(({ name, n }) => [String(name), Number(n)]))
  } finally {
    db.close()
  }
}

function version(path: string): number {
  const db = new DatabaseSync(path)
  try {
    return versionOf(db)
  } finally {
    db.close()
  }
}

/** Puts the history, as it was found, into a folder that is made for it. @returns its path there */
function copied(home: string, folder: string): string {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const name of [HISTORY, `${HISTORY}-wal`]) copyFileSync(join(home, name), join(folder, name))
  return join(folder, HISTORY)
}

t.test('a node goes on in the home of a former version, and back', async (t) => {
  const home = formerHome(t)
  const before = counts(copied(home, join(t.testdirName, 'before')))
  t.equal(Object.keys(before).length, 5, 'two series of two runs, and one of the neighbour')
  const formerEpoch = Number(readFileSync(join(home, 'epoch'), 'utf8'))

  const { config, warnings } = await loadNodeConfig({
    home,
    environment: {},
    // Whatever year it is.
    flags: [
      { path: 'history.age', value: '36500d' },
      { path: 'listen', value: '[]' }
    ]
  })
  t.match(config, {
    forward: 'near',
    limits: {
      hub: { ranges: 32 },
      subscription: { giveUpAfter: 43_200_000 },
      backfill: { otherPeers: 2 },
      replication: { gaps: 8 },
      dialing: { retryMax: 30_000 },
      gossip: { floodMin: 50 }
    }
  })
  t.equal(warnings.length, 12, 'each old name is said')

  const log = keptLog()
  const node = await startNode({
    home,
    config,
    world: { simulated: 'former' },
    log,
    carrier: memoryCarrier()
  })
  t.equal(node.peer, PEER)
  const [attic] = await node.operations.book()
  t.match(attic, { name: 'attic', purposes: ['upstairs'], note: 'under the roof' })
  const read = async (who: string, what: string): Promise<number> => {
    let readings = 0
    const request = { who, what, since: 0, limit: 10_000 }
    for await (const row of node.operations.history(request, AbortSignal.timeout(20_000)))
      if ('state' in row && row.position.epoch <= formerEpoch) readings++
    return readings
  }
  const held = (series: string): number =>
    Object.entries(before).reduce((sum, [name, n]) => (name.startsWith(series) ? sum + n : sum), 0)
  t.equal(await read('hall', 'temperature'), held(`${PEER}/air/`))
  t.equal(await read('hall', 'contact'), held(`${PEER}/door/`))
  t.match(
    log.lines.find(({ message }) => message.includes('version')),
    {
      message: `history is brought from version 1 to ${migrations.length}; a copy for going back is ${join(home, HISTORY)}.v1`
    }
  )
  await node.stop()
  t.ok(Number(readFileSync(join(home, 'epoch'), 'utf8')) > formerEpoch)
  t.match(counts(join(home, HISTORY)), before, 'and all is there still, of the neighbour as well')
  t.equal(version(join(home, HISTORY)), migrations.length)

  // docs/operations.md, "Roll back".
  const former = migrations.slice(0, 1)
  const newer = new DatabaseSync(join(home, HISTORY))
  t.throws(() => migrate(newer, HISTORY, former), { code: 'history-newer' })
  newer.close()
  mkdirSync(join(home, 'newer'))
  for (const name of readdirSync(home).filter((name) => /^history\.sqlite(-.*)?$/.test(name)))
    renameSync(join(home, name), join(home, 'newer', name))
  copyFileSync(join(home, `${HISTORY}.v1`), join(home, HISTORY))
  const back = new DatabaseSync(join(home, HISTORY))
  migrate(back, HISTORY, former)
  back.close()
  t.same(counts(join(home, HISTORY)), before)
})

const DATABASE = new URL('../../src/reading/history/store/database-file.ts', import.meta.url).href

/** Opens a history and kills itself before the n-th change of the disk that it makes. */
const KILLED = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  import { DatabaseSync, StatementSync } from 'node:sqlite'
  const [path, at] = process.argv.slice(-2)
  let left = Number(at)
  function killBefore(object, name) {
    const own = object[name]
    object[name] = function (...words) {
      if (left-- === 0) { process.kill(process.pid, 'SIGKILL'); for (;;); }
      return own.apply(this, words)
    }
  }
  killBefore(fs, 'renameSync')
  syncBuiltinESMExports()
  killBefore(StatementSync.prototype, 'run')
  killBefore(DatabaseSync.prototype, 'exec')
  const { openDatabase } = await import(${JSON.stringify(DATABASE)})
  openDatabase(path).close()`

t.test(
  'killed between any two changes of the disk, the next start has all readings, and the copy',
  async (t) => {
    const home = formerHome(t)
    const before = counts(copied(home, join(t.testdirName, 'before')))
    const versions = new Set<number>()
    let at = 0
    for (; at < 50; at++) {
      const path = copied(home, join(t.testdirName, 'killed'))
      const words = ['--no-warnings', '--input-type=module', '--eval', KILLED, path, String(at)]
      const { signal, status, stderr } = spawnSync(process.execPath, words, {
        encoding: 'utf8',
        timeout: 30_000
      })
      if (signal !== 'SIGKILL') {
        t.equal(status, 0, stderr)
        break
      }
      if (existsSync(`${path}.v1`)) t.same(counts(`${path}.v1`), before, `${at}: the copy is whole`)
      versions.add(version(path))
      t.same(counts(path), before, `${at}: so is the history`)
      openDatabase(path).close()
      t.equal(version(path), migrations.length)
      t.same(counts(path), before)
      t.same(counts(`${path}.v1`), before)
      t.equal(version(`${path}.v1`), 1)
      t.notOk(existsSync(`${path}.v1.new`))
    }
    t.ok(at > 6, `${at} changes`)
    t.ok(versions.has(1))
  }
)

/** On a disk with so many KiB left: a history is opened, written, and written again once there is room. */
const FULL = `
  import { spawnSync } from 'node:child_process'
  import { statfsSync, statSync, writeFileSync } from 'node:fs'
  import { join } from 'node:path'
  const [bench, disk, room] = process.argv.slice(-3)
  const { historyBench, readingsOf, runOf, us } = await import(bench)
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, 'fill'), Buffer.alloc(bavail * bsize - Number(room) * 1024))
  const said = []
  const say = (text) => said.push(text)
  const log = { debug() {}, info() {}, warn: say, error: say }
  const age = 36500 * 86_400_000
  const limits = { flush: 60_000, flushBytes: 2 ** 20, blockAge: 900_000, age, bytes: 2 ** 26, memoryBytes: 2 ** 22, sealBytes: 2 ** 22 }
  const { history, clock } = historyBench({ path: join(disk, 'history.sqlite'), limits, log })
  history.appendOwn(readingsOf(us.peer, runOf(10), 0, 999))
  await clock.advance(60_000)
  const full = history.status()
  spawnSync('mount', ['-o', 'remount,size=4m', disk])
  await clock.advance(60_000)
  const again = history.status()
  history.close()
  const isCopied = statSync(join(disk, 'history.sqlite.v1'), { throwIfNoEntry: false }) !== undefined
  console.log(JSON.stringify({ full: full.state, again: again.state, readings: again.readings, isCopied, said }))`

t.test('on a full disk nothing is lost, and the version rises once there is room', async (t) => {
  const home = formerHome(t)
  const before = counts(copied(home, join(t.testdirName, 'before')))
  const held = Object.values(before).reduce((sum, n) => sum + n, 0)
  const disk = join(t.testdirName, 'disk')
  mkdirSync(disk)
  const bench = new URL('../support/history.ts', import.meta.url).href
  const script = `for room in ${ROOMS.join(' ')}; do
      mount -t tmpfs -o size=512k,mode=0700 none "$2" && cp "$1"/history.* "$2" || exit 99
      "$3" --no-warnings --input-type=module --eval "$4" "$5" "$2" $room || exit
    done`
  const words = ['-m', 'sh', '-c', script, 'sh', home, disk, process.execPath, FULL, bench]
  const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8', timeout: 90_000 })
  const isRefused = status === 99 || status === null || /unshare|mount/.test(stderr)
  const skip = isRefused && 'needs the right to mount'
  t.equal(status, 0, stderr, { skip })
  const found = stdout.split('\n').filter((line) => line !== '')
  t.equal(found.length, ROOMS.length, { skip })
  for (const line of found) {
    const { full, again, readings, isCopied, said } = JSON.parse(line)
    t.match(
      { full, again, readings },
      { full: /^(ok|full|failing)$/, again: 'ok', readings: held + 1000 },
      line
    )
    t.equal(isCopied, !line.includes('without a copy'), 'a copy, or it is said that there is none')
    t.notMatch(said.join(), /damaged/)
  }
  t.match(stdout, /"full":"failing"[\s\S]*"full":"full"[\s\S]*"full":"ok"/, 'from no room to some', { skip })
})
