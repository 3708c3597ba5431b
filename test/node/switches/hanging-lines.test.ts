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

/** A switch whose line is being opened again, which takes 500 ms. */
async function reopening(config: string) {
  const bench = switchBench({ config })
  const { clock, pins, switches } = bench
  const line = drivenLines(bench)
  pins.fail('GPIO27', 'busy')
  await switches.start()
  pins.fail('GPIO27', undefined)
  line.opening = 500
  line.opened = 0
  await clock.advance(1100)
  return { ...bench, line }
}

t.test('another entry takes the line after an opening under way has closed itself', async (t) => {
  const { clock, pins, switches, line, lines } = await reopening(
    'switches: [{ name: pump, line: GPIO27, initial: on }]'
  )
  t.equal(line.opened, 1)
  const [first] = switches.configs
  if (first === undefined) throw new Error('no switch')
  const updated = switches.update([{ ...first, maxOn: 5000 }])
  await clock.advance(1)
  t.same([line.opened, line.closed], [1, 0])
  await clock.advance(1000)
  await updated
  t.same([line.opened, line.closed], [2, 1])
  t.match(await switches.outlet('pump').state(), { on: false })
  t.equal(lines.length, 1, 'the one fault of the start')
  t.equal(pins.level('GPIO27'), 0)
})

t.test('a stop ends after an opening under way has closed itself, once', async (t) => {
  for (const failingReads of [0, 1]) {
    const { clock, pins, switches, line } = await reopening(
      'switches: [{ name: pump, line: GPIO27, initial: on }]'
    )
    line.failingReads = failingReads
    let isStopped = false
    const stopped = switches.stop().then(() => {
      isStopped = true
    })
    await clock.advance(100)
    t.notOk(isStopped)
    await clock.advance(1000)
    await stopped
    t.equal(pins.level('GPIO27'), 0)
    t.equal(line.closed, 1)
    t.equal(clock.pending, 0)
  }
})

t.test('an opening that is abandoned is closed once, also where that fails', async (t) => {
  const { clock, switches, line } = await reopening('switches: [{ name: pump, line: GPIO27 }]')
  line.failingWrites = 1
  const stopped = switches.stop()
  await clock.advance(1000)
  await stopped
  t.equal(line.closed, 1)
})
