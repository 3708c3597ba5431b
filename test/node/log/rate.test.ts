import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { LogFields } from '../../../src/log.ts'
import { rateLimited } from '../../../src/node/log/rate.ts'

function bench(perMinute = 1) {
  const clock = new VirtualClock()
  const lines: [string, LogFields | undefined][] = []
  const write = (message: string, fields?: LogFields): void => void lines.push([message, fields])
  return {
    clock,
    lines,
    log: rateLimited({ debug: write, info: write, warn: write, error: write }, clock, perMinute)
  }
}

t.test('a flood is one line, and at the end of the minute a count', async (t) => {
  const { clock, lines, log } = bench()
  for (let i = 0; i < 1000; i++) log.warn('refused', { packet: i })
  log.warn('something else')
  t.same(lines, [
    ['refused', { packet: 0 }],
    ['something else', undefined]
  ])
  await clock.advance(60_000)
  t.same(lines.slice(2), [['refused', { more: 999, seconds: 60 }]])
  log.warn('refused', { packet: 1001 })
  t.same(lines.slice(3), [['refused', { packet: 1001 }]])
  await clock.advance(120_000)
  t.equal(lines.length, 4, 'one line alone is not counted')
  t.equal(clock.pending, 0, 'and ends the limit')
})

t.test('a fault every other second: 20 lines in the first hour, 2 in each following one', async (t) => {
  const { clock, lines, log } = bench(10)
  const hour = async (): Promise<number> => {
    const before = lines.length
    for (let i = 0; i < 1800; i++) {
      const bytes = [i & 255, i >> 8].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
      log.warn(`air: sht3x at 0x44 on i2c-1: the checksum of ${bytes} is not 0x${i.toString(16)}`)
      await clock.advance(2000)
    }
    return lines.length - before
  }
  // 10 and a count; one and a count in 2, 4, 8 and 16 min; one in 32 min, which end after the hour.
  t.equal(await hour(), 10 + 1 + 4 * 2 + 1)
  await hour()
  t.ok((await hour()) <= 2)
})

t.test('each subject has its own limit, whether in the message or in a field', async (t) => {
  const { clock, lines, log } = bench()
  for (const name of ['air', 'soil', 'air-2', 'i2c-1', 'i2c-2']) {
    log.warn(`${name}: no answer after 12 ms`)
    log.warn(`${name}: no answer after 13 ms`)
  }
  t.equal(lines.length, 5)
  for (const peer of ['a', 'b', 'a']) log.warn('refused', { peer })
  t.equal(lines.length, 7)
  log.error('refused', { peer: 'a' })
  t.equal(lines.length, 8, 'and each level')
  await clock.advance(60_000)
  t.equal(lines.length, 8 + 6, 'each that was suppressed is counted')
})

t.test('many subjects of one message share what is beyond a bound', async (t) => {
  const { clock, lines, log } = bench()
  for (let i = 0; i < 10_000; i++) log.warn('refused', { peer: `12D3KooW${i}x` })
  t.equal(lines.length, 9)
  await clock.advance(60_000)
  t.same(lines.slice(9), [['refused', { more: 9991, seconds: 60 }]])
})

t.test('many messages share what is beyond a bound', async (t) => {
  const { clock, lines, log } = bench()
  for (let i = 0; i < 10_000; i++) log.warn(`message-${i}`)
  t.ok(lines.length < 100, `${lines.length} lines`)
  t.ok(clock.pending < 100)
  await clock.advance(60_000)
  t.match(lines.at(-1), ['other messages', { more: 10_000 - 65 }])
})

t.test('at the end the suppressed lines are counted, and nothing is suppressed any more', async (t) => {
  const { clock, lines, log } = bench()
  for (let i = 0; i < 3; i++) log.warn('refused')
  log.end()
  log.warn('refused')
  t.same(lines, [
    ['refused', undefined],
    ['refused', { more: 2, seconds: 60 }],
    ['refused', undefined]
  ])
  t.equal(clock.pending, 0)
})
