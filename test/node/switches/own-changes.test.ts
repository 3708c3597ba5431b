import t from 'tap'
import { drivenLines } from '../../support/hardware/driven-lines.ts'
import { ANNA, operates, peer, switchBench } from '../../support/switches.ts'

const LOCAL = { kind: 'local' } as const
const CONFIG = 'switches: [{ name: pump, line: GPIO27, maxOn: 10min }]'

for (const ms of [0, 5])
  t.test(`a line that does not follow maxOn is tried again and said, calls of ${ms} ms`, async (t) => {
    const bench = switchBench({ config: CONFIG })
    const { clock, switches, log, lines: said } = bench
    const line = drivenLines(bench, { ms })
    const started = switches.start()
    await clock.advance(ms)
    await started
    const on = switches.command({ by: LOCAL, name: 'pump', on: true })
    await clock.advance(3 * ms)
    await on
    line.stuck = 1
    await clock.advance(600_000 + 2 * ms)
    const writes = line.writes
    await clock.advance(60_000)
    t.ok(line.writes >= writes + 55, `${line.writes - writes} writes in a minute`)
    t.same(said, [
      'switch pump does not change (max-on), and is tried again: the line is not as it was written'
    ])
    t.match(log.newest(9, 'pump').slice(-2), [
      { asked: 'on', answer: 'on' },
      { who: 'kith', asked: 'max-on', answer: 'not-driven', times: 1 }
    ])
    const state = switches.outlet('pump').state()
    await clock.advance(ms)
    t.match(await state, { on: true }, 'as it is')
    line.stuck = undefined
    await clock.advance(1100 + 2 * ms)
    t.equal(said.at(-1), 'switch pump is off at last')
    t.match(log.newest(1), [{ asked: 'max-on', answer: 'off' }])
    const stopped = switches.stop()
    await clock.advance(3 * ms)
    await stopped
    t.equal(clock.pending, 0)
  })

t.test('a renewal that looked at the state before maxOn ended it switches nothing on', async (t) => {
  const bench = switchBench({ config: CONFIG })
  const { clock, pins, switches } = bench
  drivenLines(bench, { ms: 5 })
  const started = switches.start()
  await clock.advance(5)
  await started
  const command = { by: LOCAL, name: 'pump', on: true, for: 60_000_000 }
  const on = switches.command(command)
  await clock.advance(10)
  const { left = 0 } = await on
  await clock.advance(left - 3)
  const renewed = t.rejects(switches.command({ ...command, expect: true }), { code: 'not-expected' })
  await clock.advance(100)
  await renewed
  await clock.advance(300_000)
  t.equal(pins.level('GPIO27'), 0)
})

t.test('a command that waits for a write of the line is late after it', async (t) => {
  const bench = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
  const { clock, pins, switches } = bench
  drivenLines(bench, { ms: 8000 })
  const started = switches.start()
  await clock.advance(8000)
  await started
  const on = switches.command({ by: LOCAL, name: 'pump', on: true })
  await clock.advance(16_000)
  const { left = 0 } = await on
  await clock.advance(left + 1)
  const sent = { seen: switches.time.now(), within: 5000 }
  const late = t.rejects(
    switches.command({ by: peer(ANNA), name: 'pump', on: true, sent, cmd: '00'.repeat(16) }),
    {
      code: 'late'
    }
  )
  await clock.advance(100_000)
  await late
  t.equal(pins.level('GPIO27'), 0)
})

t.test('after a sleep of the machine a new lease has not slept', async (t) => {
  const { machine, clock, pins, switches } = switchBench({ config: CONFIG })
  await switches.start()
  machine.slept += 7_200_000
  t.match(await switches.command({ by: LOCAL, name: 'pump', on: true, for: 60_000 }), {
    on: true,
    left: 60_000
  })
  await clock.advance(59_999)
  t.equal(pins.level('GPIO27'), 1)
  await clock.advance(1)
  t.equal(pins.level('GPIO27'), 0)
})
