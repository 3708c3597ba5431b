import t from 'tap'
import { drivenLines } from '../../support/hardware/driven-lines.ts'
import { switchBench } from '../../support/switches.ts'

const LOCAL = { kind: 'local' } as const

t.test('while a write hangs, maxOn and leases queue no other ones', async (t) => {
  const bench = switchBench({ config: 'switches: [{ name: pump, line: GPIO27, maxOn: 1min }]' })
  const { clock, pins, switches } = bench
  const line = drivenLines(bench)
  await switches.start()
  await switches.command({ by: LOCAL, name: 'pump', on: true, for: 30_000 })
  const { promise, resolve } = Promise.withResolvers<void>()
  line.writing = promise
  line.writes = 0
  const changes = switches.outlet('pump').changes
  await clock.advance(3_600_000)
  t.equal(line.writes, 1)
  t.equal(switches.outlet('pump').changes - changes, 1)
  line.writing = undefined
  resolve()
  await clock.advance(10)
  t.equal(line.writes, 1, 'it was off with the one')
  t.equal(pins.level('GPIO27'), 0)
  await switches.stop()
  t.equal(clock.pending, 0)
})

t.test('a write that fails after it hung is tried again', async (t) => {
  const bench = switchBench({ config: 'switches: [{ name: pump, line: GPIO27, maxOn: 1min }]' })
  const { clock, pins, switches } = bench
  const line = drivenLines(bench)
  await switches.start()
  await switches.command({ by: LOCAL, name: 'pump', on: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  line.writing = promise
  await clock.advance(600_000)
  line.failingWrites = 3
  line.writing = undefined
  resolve()
  await clock.advance(10)
  t.equal(pins.level('GPIO27'), 1)
  await clock.advance(3000)
  t.equal(pins.level('GPIO27'), 0)
})
