import t from 'tap'
import { drivenLines } from '../../support/hardware/driven-lines.ts'
import { ANNA, BERT, Machine, operates, peer, switchBench } from '../../support/switches.ts'

const LOCAL = { kind: 'local' } as const

t.test('a right that is taken while the state is looked at, or the line is waited for', async (t) => {
  const machine = new Machine()
  drivenLines(machine, { ms: 5 })
  const { clock, pins, switches, access } = switchBench({
    config: 'switches: [{ name: pump, line: GPIO27 }]',
    machine,
    grants: [operates(ANNA)]
  })
  const started = switches.start()
  await clock.advance(20)
  await started
  const command = switches.command({ by: peer(ANNA), name: 'pump', on: true, expect: false })
  const refused = t.rejects(command, { code: 'denied' })
  await clock.advance(2)
  access.update([], new Set())
  await clock.advance(100)
  await refused
  t.equal(pins.level('GPIO27'), 0)
})

t.test('a command that becomes late while it waits for its turn', async (t) => {
  const machine = new Machine()
  drivenLines(machine, { ms: 900 })
  const { clock, pins, switches } = switchBench({
    config: 'switches: [{ name: pump, line: GPIO27 }]',
    machine,
    grants: [operates(ANNA)]
  })
  const started = switches.start()
  await clock.advance(2000)
  await started
  const sent = { seen: switches.time.now(), within: 1000 }
  const first = switches.command({ by: LOCAL, name: 'pump', on: false })
  const second = switches.command({ by: peer(ANNA), name: 'pump', on: true, sent })
  const late = t.rejects(second, { code: 'late' })
  await clock.advance(10_000)
  await Promise.all([first, late])
  t.equal(pins.level('GPIO27'), 0)
})

t.test('a fault leaves it safe, whatever whenLost and initial say', async (t) => {
  for (const which of ['failingReads', 'failingWrites'] as const) {
    const machine = new Machine()
    const line = drivenLines(machine)
    const { clock, pins, switches } = switchBench({
      config: 'switches: [{ name: pump, line: GPIO27, initial: on, whenLost: on, maxOn: 1min }]',
      machine
    })
    const started = switches.start()
    await clock.advance(5)
    await started
    t.equal(pins.level('GPIO27'), 1)
    line[which] = 1
    const command = switches.command({ by: LOCAL, name: 'pump', on: false }).catch(() => {})
    await clock.advance(5)
    await command
    await clock.advance(5000)
    t.equal(pins.level('GPIO27'), 0, which)
  }
})

t.test('a read that fails at the opening does not leave the line taken', async (t) => {
  const machine = new Machine()
  const line = drivenLines(machine)
  line.failingReads = 1
  const { clock, switches, lines } = switchBench({
    config: 'switches: [{ name: pump, line: GPIO27 }]',
    machine
  })
  const started = switches.start()
  await clock.advance(5)
  await started
  await clock.advance(60_000)
  t.equal(line.opened, 2)
  t.match(lines.at(-1), /pump is open again/)
})

t.test('another list while the node stops opens nothing that nobody closes', async (t) => {
  const config = 'switches: [{ name: pump, line: GPIO27, initial: on, maxOn: 1h }]'
  const { clock, pins, switches } = switchBench({ config })
  await switches.start()
  const [first] = switches.configs
  if (first === undefined) throw new Error('no switch')
  const updated = switches.update([{ ...first, maxOn: 5000 }])
  await switches.stop()
  await updated
  await switches.update([{ ...first, maxOn: 6000 }])
  t.equal(pins.level('GPIO27'), 0)
  t.equal(clock.pending, 0)
})

t.test('maxOn does not begin anew with another entry; an interval alone changes nothing', async (t) => {
  const config = 'switches: [{ name: pump, line: GPIO27, initial: on, maxOn: 1min }]'
  const { clock, pins, switches, samples } = switchBench({ config })
  await switches.start()
  await clock.advance(30_000)
  const [first] = switches.configs
  if (first === undefined) throw new Error('no switch')
  await switches.update([{ ...first, interval: 5000 }])
  t.match(await switches.outlet('pump').state(), { on: true, left: 30_000 })
  const before = samples.length
  await clock.advance(29_000)
  t.ok(samples.length - before >= 5, 'read every 5 s')
  await switches.update([{ ...first, maxOn: 3_600_000 }])
  t.equal(pins.level('GPIO27'), 0, 'initial is for the start of the node')
})

t.test('who holds an output after a command that failed', async (t) => {
  const config = 'switches: [{ name: fridge, line: GPIO22, safe: on, minOff: 1min }]'
  const { clock, pins, switches, access } = switchBench({ config, grants: [operates(ANNA), operates(BERT)] })
  await switches.start()
  await clock.advance(60_000)
  await switches.command({ by: peer(ANNA), name: 'fridge', on: false, for: 3_000_000 })
  await t.rejects(switches.command({ by: peer(BERT), name: 'fridge', on: true }), { code: 'locked' })
  access.update([operates(BERT)], new Set())
  await clock.advance(60_000)
  t.equal(pins.level('GPIO22'), 1, 'it is still that of who is revoked')
})

t.test('a machine that slept: what was sent before is late, leases and maxOn have gone on', async (t) => {
  const config = 'switches: [{ name: pump, line: GPIO27, maxOn: 1h }]'
  const { machine, clock, pins, switches } = switchBench({ config, grants: [operates(ANNA)] })
  await switches.start()
  const sent = { seen: switches.time.now(), within: 60_000 }
  await switches.command({ by: LOCAL, name: 'pump', on: true, for: 1_800_000 })
  machine.slept += 7_200_000
  await t.rejects(switches.command({ by: peer(ANNA), name: 'pump', on: true, sent }), { code: 'late' })
  await clock.advance(60_000)
  t.equal(pins.level('GPIO27'), 0, 'with the next reading at the latest')
})

t.test('a doubled command is remembered while it may still come, however many others come', async (t) => {
  const { clock, pins, switches } = switchBench({
    config: 'switches: [{ name: pump, line: GPIO27 }]',
    grants: [{ who: 'anyone', may: ['read'] }, operates(ANNA), ...peers(40).map((who) => operates(who))]
  })
  await switches.start()
  const seen = switches.time.now()
  const doubled = {
    by: peer(ANNA),
    name: 'pump',
    on: true,
    cmd: 'aa'.repeat(16),
    sent: { seen, within: 60_000 }
  }
  await switches.command(doubled)
  const codes: string[] = []
  for (const who of peers(40))
    await switches
      .command({ by: peer(who), name: 'pump', on: false, cmd: 'bb'.repeat(16) })
      .catch(({ code }: { code: string }) => void codes.push(code))
  t.same([...new Set(codes)], ['busy'], `${codes.length} are not taken`)
  await clock.advance(50_000)
  await switches.command(doubled)
  t.equal(pins.level('GPIO27'), 0, 'it switches nothing again')
  await clock.advance(60_000)
  t.match(
    await switches.command({
      by: peer(peers(40).at(-1) ?? ''),
      name: 'pump',
      on: false,
      cmd: 'cc'.repeat(16)
    }),
    {
      on: false
    }
  )
})

t.test('strangers cannot fill the log or make the disk write, whatever they name', async (t) => {
  const { machine, clock, switches, log } = switchBench({
    config: 'switches: [{ name: pump, line: GPIO27 }]',
    grants: [operates(ANNA)]
  })
  await switches.start()
  await switches.command({ by: peer(ANNA), name: 'pump', on: true })
  await clock.advance(2000)
  machine.transactions = 0
  for (let n = 0; n < 600; n++) {
    await switches.command({ by: peer(BERT), name: `n${n}`, on: n % 2 === 0 }).catch(() => {})
    await clock.advance(1000)
  }
  t.ok(machine.transactions <= 12, `${machine.transactions} transactions in 10 minutes`)
  const refused = log.newest(1000).filter(({ text }) => text !== null)
  t.ok(refused.length <= 22, `${refused.length} rows`)
  t.match(refused[0], { peer: BERT, name: '', asked: 'on, off', answer: 'denied' })
})

function peers(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${BERT.slice(0, -2)}${n + 10}`)
}
