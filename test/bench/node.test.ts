import t from 'tap'
import { Missing } from '../../bench/frame/bench.ts'
import { measureDisk } from '../../bench/node/disk.ts'
import { measureGossip } from '../../bench/node/gossip.ts'
import {
  alone,
  bareTimer,
  type IdleContender,
  idleColumns,
  measureIdle,
  neighbours
} from '../../bench/node/idle.ts'
import { withPair } from '../../bench/node/pair.ts'
import { measureQuery } from '../../bench/node/query.ts'
import { measureStarts } from '../../bench/node/start.ts'
import { KITH } from '../support/process/kith.ts'

const linux = process.platform === 'linux' ? {} : { skip: 'what the kernel counts is read from /proc' }

t.test('a start is timed to its answers, and weighed', linux, async (t) => {
  const starts = await measureStarts({ runs: 1, settle: 0, variants: new Map([['kith run', {}]]) })
  t.strictSame([...starts.keys()], ['node -e 0', 'kith run'])
  const [[bare] = [], [kith] = []] = [...starts.values()]
  t.ok(bare && kith && kith.anonymous > bare.anonymous, 'a node takes more than nothing')
  t.ok(kith && kith.rss > kith.anonymous)
  const { ready = 0, control = 0, neighbour = 0 } = kith ?? {}
  t.ok(0 < ready && ready < control && control < neighbour)
})

t.test('an idle node is watched beside a timer, alone and with a neighbour', linux, async (t) => {
  const all = [bareTimer, alone('source', KITH), neighbours('source', KITH)]
  const rows = await measureIdle(all, { settle: 0, time: 100 })
  t.strictSame(
    rows.map(({ name }) => name),
    all.map(({ name }) => name)
  )
  for (const { figures } of rows) {
    t.equal(figures.length, idleColumns.length)
    const [cpu = -1, wakeups = -1, threads = 0, rss = 0, pss = 0, own = 0] = figures
    t.ok(cpu >= 0 && wakeups >= 0 && threads > 0)
    t.ok(rss >= pss && rss > own && own > 0)
  }
  const absent: IdleContender = {
    name: 'absent',
    start: async () => {
      throw new Missing('install it')
    }
  }
  t.match(await measureIdle([absent], { settle: 0, time: 0 }), [{ name: 'absent', missing: 'install it' }])
})

t.test('what an hour writes is counted by the node and by the kernel', linux, async (t) => {
  const { readings, counted, written, size } = await measureDisk({ time: 130 })
  t.equal(readings, 130)
  t.ok(counted > 0, 'the first flushes are over')
  t.ok(size > 0 && written.calls >= counted)
})

t.test('two processes ask each other, and publish one by one and as fast as packs are taken', async (t) => {
  const [{ request, answer, times }, { latency, throughput }] = await withPair(async (pair) => [
    await measureQuery(pair, { rounds: 2, batch: 3, lead: 1, warmup: 1 }),
    await measureGossip(pair, { rounds: 1, batch: 3, spacing: 1, crowd: 100 })
  ])
  t.ok(answer > request && request > 0)
  for (const [name, list] of times) t.equal(list.length, 6, name)
  for (const [by, list] of latency) {
    t.equal(list.length, 3, by)
    for (const { began, sent, came } of list) t.ok(began <= sent && sent < came)
  }
  const [single, full] = throughput
  t.equal(single?.readings[0], single?.messages[0])
  t.ok((full?.readings[0] ?? 0) > (full?.messages[0] ?? 0))
})
