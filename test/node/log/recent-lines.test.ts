import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { RecentLines } from '../../../src/node/log/recent-lines.ts'

function bench(lines = 3, lineBytes = 512): { recent: RecentLines; log: Log } {
  const recent = new RecentLines({ clock: new VirtualClock({ now: 1000 }), lines, lineBytes })
  return { recent, log: recent.tee(silentLog) }
}

const messages = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line).msg)

t.test('the newest are kept, as JSON, but for those of debug', async (t) => {
  const { recent, log } = bench()
  for (const word of ['one', 'two', 'three', 'four']) log.info(word)
  log.debug('five')
  t.same(messages(recent.last(10)), ['two', 'three', 'four'])
  t.same(messages(recent.last(1)), ['four'])
  t.same(recent.last(0), [])
  log.warn('hot', { sensor: 'air' })
  t.same(JSON.parse(recent.last(1)[0] ?? ''), { level: 'warn', time: 1000, sensor: 'air', msg: 'hot' })
})

t.test('a long line is cut', async (t) => {
  const { recent, log } = bench(3, 200)
  log.error('x'.repeat(5000), { field: 'y'.repeat(5000) })
  log.error('\u{1}'.repeat(5000))
  for (const line of recent.last(2)) t.ok(line.length <= 300, `${line.length}`)
})

t.test('a follower gets the last, each new one, and how many it missed', async (t) => {
  const { recent, log } = bench()
  log.info('one')
  log.info('two')
  const end = new AbortController()
  const lines = recent.follow(1, end.signal)
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? '{}')
  t.match(await next(), { msg: 'two' })
  const waiting = next()
  log.info('three')
  t.match(await waiting, { msg: 'three' })
  for (let i = 0; i < 10; i++) log.info(`more ${i}`)
  t.same(await next(), { lost: 7 })
  t.match(await next(), { msg: 'more 7' })
  await next()
  await next()
  const last = next()
  end.abort(new Error('enough'))
  await t.rejects(last, { message: 'enough' })
})
