import t from 'tap'
import { drivenLines } from '../../support/hardware/driven-lines.ts'
import { ANNA, BERT, CONFIG, operates, peer, switchBench } from '../../support/switches.ts'

const CMD = '00112233445566778899aabbccddeeff'

t.test(
  'the same command is carried out once, whatever ways it came, and again only after ten minutes',
  async (t) => {
    const { clock, pins, switches, log } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
    await switches.start()
    const command = { by: peer(ANNA), name: 'pump', on: true, cmd: CMD, for: 20_000 }
    const [one, two] = await Promise.all([switches.command(command), switches.command(command)])
    t.same(one, two)
    await clock.advance(15_000)
    t.same(await switches.command(command), one, 'the answer that it got')
    t.equal((await switches.outlet('pump').state()).left, 5000, 'and the lease is not renewed')
    await clock.advance(5000)
    t.equal(pins.level('GPIO27'), 0)
    t.match(await switches.command(command), { on: true })
    t.equal(pins.level('GPIO27'), 0, 'a replay switches nothing')
    await t.rejects(switches.command({ ...command, on: false }), { code: 'bad-request' })
    await t.rejects(switches.command({ ...command, by: peer(BERT) }), { code: 'denied' })
    t.equal(log.newest(10).filter(({ asked }) => asked === 'on').length, 2, 'once done, once denied')
    await clock.advance(600_000)
    t.match(await switches.command(command), { on: true })
    t.equal(pins.level('GPIO27'), 1)
  }
)

t.test(
  'a command that was late stays refused when it comes again, one that was not tried does not',
  async (t) => {
    const { clock, pins, switches } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
    await switches.start()
    const seen = switches.time.now()
    const command = { by: peer(ANNA), name: 'pump', on: true, sent: { seen, within: 10_000 } }
    await clock.advance(10_000)
    t.match(await switches.command(command), { on: true }, 'just in time')
    await switches.command({ by: { kind: 'local' }, name: 'pump', on: false })
    await clock.advance(1)
    const late = { ...command, cmd: CMD }
    await t.rejects(switches.command(late), { code: 'late' })
    await t.rejects(switches.command({ ...late, sent: { seen: switches.time.now(), within: 10_000 } }), {
      code: 'late'
    })
    for (const wrong of [
      { boot: '0000000000000000', ms: seen.ms },
      { boot: seen.boot, ms: switches.time.now().ms + 1 }
    ])
      await t.rejects(
        switches.command({ ...command, sent: { seen: wrong, within: 60_000 } }),
        { code: 'late' },
        'of another start'
      )
    t.equal(pins.level('GPIO27'), 0)
  }
)

t.test('commands out of order: the older one says what it expects', async (t) => {
  const { switches, pins } = switchBench({ config: CONFIG })
  await switches.start()
  const by = { kind: 'local' } as const
  await switches.command({ by, name: 'pump', on: true, expect: false })
  await t.rejects(switches.command({ by, name: 'pump', on: true, expect: false }), {
    code: 'not-expected',
    message: /pump is on/
  })
  const both = await Promise.allSettled(
    [true, true].map((expect) => switches.command({ by, name: 'pump', on: !expect, expect }))
  )
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'looked at and set at once')
  t.equal(pins.level('GPIO27'), 0)
})

t.test('of two controllers the last one wins, each gets what was read back, and the log tells', async (t) => {
  const { clock, switches, log } = switchBench({ config: CONFIG, grants: [operates(ANNA), operates(BERT)] })
  await switches.start()
  const answers = await Promise.all([
    switches.command({ by: peer(ANNA), name: 'pump', on: true, for: 60_000 }),
    switches.command({ by: peer(BERT), name: 'pump', on: false })
  ])
  t.same(
    answers.map(({ on }) => on),
    [true, false]
  )
  await switches.command({ by: peer(ANNA), name: 'pump', on: true, for: 60_000 })
  await switches.command({ by: peer(BERT), name: 'pump', on: true, for: 5000 })
  await clock.advance(5000)
  t.match(await switches.outlet('pump').state(), { on: false }, 'the last lease counts')
  t.match(log.newest(20, 'pump'), [
    { who: 'kith', asked: 'start', answer: 'off' },
    { who: 'anna', peer: ANNA, asked: 'on', lease: 60, answer: 'on' },
    { who: BERT, peer: BERT, asked: 'off', lease: null, answer: 'off' },
    { who: 'anna', asked: 'on' },
    { who: BERT, asked: 'on', lease: 5 },
    { who: 'kith', asked: 'lease', answer: 'off' }
  ])
})

t.test('what is commanded is what was read back, not what was wished', async (t) => {
  const bench = switchBench({ config: CONFIG })
  const { switches } = bench
  drivenLines(bench, { stuck: 0 })
  await switches.start()
  t.match(await switches.command({ by: { kind: 'local' }, name: 'pump', on: true }), { on: false })
})

t.test('a controller whose right is taken loses its output at once, others keep theirs', async (t) => {
  const grants = [operates(ANNA), operates(BERT)]
  const { clock, pins, switches, access, denied, log } = switchBench({ config: CONFIG, grants })
  await switches.start()
  await switches.command({ by: peer(ANNA), name: 'pump', on: true, for: 60_000 })
  await switches.command({ by: peer(BERT), name: 'fridge', on: false, for: 60_000 })
  access.update([operates(BERT)], new Set())
  await clock.advance(0)
  t.equal(pins.level('GPIO27'), 0, 'safe')
  t.equal(pins.level('GPIO22'), 1, 'off, as BERT has it')
  await t.rejects(switches.command({ by: peer(ANNA), name: 'pump', on: true }), {
    code: 'denied',
    message: 'needs operate on pump; its owner grants it: kith book add NAME --may operate:pump'
  })
  denied.add(BERT)
  access.changed()
  await clock.advance(0)
  t.equal(pins.level('GPIO22'), 0, 'and deny: does the same')
  t.match(log.newest(20, 'pump').slice(-2), [{ asked: 'revoked', answer: 'off' }, { answer: 'denied' }])
  await switches.command({ by: { kind: 'local' }, name: 'pump', on: true })
  access.changed()
  await clock.advance(0)
  t.equal(pins.level('GPIO27'), 1, 'what this machine commanded stays')
})

t.test('a right that is taken while a command waits is missed by it', async (t) => {
  const { switches, access, pins } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
  await switches.start()
  const first = switches.command({ by: { kind: 'local' }, name: 'pump', on: false })
  const waiting = switches.command({ by: peer(ANNA), name: 'pump', on: true })
  access.update([], new Set())
  await t.rejects(waiting, { code: 'denied' })
  await first
  t.equal(pins.level('GPIO27'), 0)
})

t.test('a revoked controller of a compressor: back to safe once minOff lets it', async (t) => {
  const config = 'switches: [{ name: fridge, line: GPIO22, safe: on, minOff: 1min }]'
  const { clock, pins, switches, access } = switchBench({ config, grants: [operates(ANNA)] })
  await switches.start()
  await clock.advance(60_000)
  t.equal(pins.level('GPIO22'), 1)
  await switches.command({ by: peer(ANNA), name: 'fridge', on: false, for: 3_000_000 })
  await clock.advance(30_000)
  access.update([], new Set())
  await clock.advance(29_999)
  t.equal(pins.level('GPIO22'), 0)
  await clock.advance(1)
  t.equal(pins.level('GPIO22'), 1)
})

t.test(
  'ten thousand refused commands: few rows, few lines, little memory, and the good ones stay',
  async (t) => {
    const { clock, machine, switches, log } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
    await switches.start()
    await switches.command({ by: peer(ANNA), name: 'pump', on: true })
    await clock.advance(2000)
    machine.transactions = 0
    for (let n = 0; n < 10_000; n++) {
      const by = peer(n % 2 === 0 ? BERT : `${BERT.slice(0, -4)}${String(n % 5000).padStart(4, '1')}`)
      await switches.command({ by, name: 'pump', on: false }).catch(() => {})
      if (n % 100 === 0) await clock.advance(100)
    }
    await clock.advance(120_000)
    t.ok(machine.transactions <= 15, `${machine.transactions} transactions`)
    t.ok(machine.rows.length < 150, `${machine.rows.length} rows`)
    const refused = machine.rows.filter(({ text }) => text !== null)
    t.equal(
      refused.reduce((sum, { times }) => sum + times, 0),
      10_000,
      'each is counted'
    )
    t.ok(refused.some(({ who }) => who === 'others'))
    t.match(
      log.newest(1000).filter(({ who }) => who === 'anna'),
      [{ asked: 'on', answer: 'on' }]
    )
    t.match(await switches.outlet('pump').state(), { on: true })
    await switches.stop()
    t.equal(clock.pending, 0)
  }
)

t.test('commands that wait for one output are bounded', async (t) => {
  const { switches } = switchBench({ config: CONFIG })
  await switches.start()
  const many = Array.from({ length: 100 }, (_, n) =>
    switches.command({ by: { kind: 'local' }, name: 'pump', on: n % 2 === 0 })
  )
  const codes = (await Promise.allSettled(many)).flatMap((one) =>
    one.status === 'rejected' ? [one.reason.code] : []
  )
  t.equal(codes.length, 84)
  t.ok(codes.every((code) => code === 'busy'))
  t.match(await switches.command({ by: { kind: 'local' }, name: 'pump', on: true }), { on: true })
})

t.test('a peer has a rate', async (t) => {
  const { switches } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
  await switches.start()
  const codes: string[] = []
  for (let n = 0; n < 25; n++)
    await switches
      .command({ by: peer(ANNA), name: 'pump', on: n % 2 === 0 })
      .catch((error: { code: string }) => void codes.push(error.code))
  t.same(codes, ['busy', 'busy', 'busy', 'busy', 'busy'])
})
