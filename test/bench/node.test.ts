import t from 'tap'
import { Missing } from '../../bench/frame/bench.ts'
import { measureDisk } from '../../bench/node/disk.ts'
import { measureDrivers } from '../../bench/node/drivers.ts'
import {
  alone,
  bareTimer,
  type IdleContender,
  idleColumns,
  measureIdle,
  neighbours
} from '../../bench/node/idle.ts'
import { measureStarts } from '../../bench/node/start.ts'
import { devices } from '../../devices/index.ts'
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

t.test('one sample of each driver is counted on the bus and by the processor', async (t) => {
  const [nothing, ...rows] = await measureDrivers(devices, { lead: 1, count: 2 })
  t.match(nothing?.figures, [0, 0], 'without a driver nothing passes')
  t.strictSame(
    rows.map(({ name }) => name),
    devices.map(({ type }) => type)
  )
  for (const { name, figures } of rows) t.ok((figures[0] ?? 0) >= 1 && (figures[4] ?? 0) > 0, name)
  const sht4x = rows.find(({ name }) => name === 'sht4x')
  // A command of one byte, and two words with their checksums back; each with its address.
  t.match(sht4x?.figures, [2, /.*/, 2, 9])
  t.ok((sht4x?.figures[1] ?? 0) > 8.3, 'the conversion of high repeatability')
  t.match(rows.find(({ name }) => name === 'thermal')?.figures, [1, 0, undefined, undefined])
})
