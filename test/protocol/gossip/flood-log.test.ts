import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type LogFields, silentLog } from '../../../src/log.ts'
import { FloodLog } from '../../../src/protocol/gossip/flood-log.ts'

function bench() {
  const clock = new VirtualClock()
  const lines: (LogFields | undefined)[] = []
  const log = { ...silentLog, warn: (_message: string, fields?: LogFields) => void lines.push(fields) }
  return { clock, lines, flood: new FloodLog(clock, log, { period: 60_000, min: 100, sources: 2 }) }
}

t.test('one line a minute, whatever comes', async (t) => {
  const { clock, lines, flood } = bench()
  for (let minute = 0; minute < 3; minute++) {
    for (let i = 0; i < 5000; i++) flood.note(`source ${i % 50}`, 'signature')
    for (let i = 0; i < 200; i++) flood.note('source 1', 'form')
    await clock.advance(60_000)
  }
  t.equal(lines.length, 3)
  t.match(lines[0], { messages: 5200, seconds: 60, source: 'source 1', reasons: ['signature', 'form'] })
  await clock.advance(600_000)
  t.equal(lines.length, 3, 'silence is not logged')
  t.equal(clock.pending, 0)
})

t.test('a few bad messages are no flood', async (t) => {
  const { clock, lines, flood } = bench()
  for (let i = 0; i < 99; i++) flood.note('source', 'form')
  await clock.advance(120_000)
  t.same(lines, [])
})

t.test('stopped, it logs nothing more', async (t) => {
  const { clock, lines, flood } = bench()
  for (let i = 0; i < 500; i++) flood.note('source', 'form')
  flood.stop()
  await clock.advance(120_000)
  t.same(lines, [])
})
