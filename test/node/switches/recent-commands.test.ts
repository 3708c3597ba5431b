import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { RecentCommands } from '../../../src/node/switches/recent-commands.ts'
import { ANNA, BERT, operates, peer, switchBench } from '../../support/switches.ts'

const CONFIG = 'switches: [{ name: pump, line: GPIO27 }, { name: lamp, line: GPIO22 }]'

function cmd(n: number): string {
  return n.toString(16).padStart(32, '0')
}

function bench(clock = new VirtualClock(), peers = 4) {
  const recent = new RecentCommands<number>(clock, peers)
  let done = 0
  const once = (peer: string, n: number): Promise<number> =>
    recent.once(
      peer,
      cmd(n),
      '',
      async () => (done += 1),
      () => false
    )
  return { clock, recent, once, done: () => done }
}

t.test('what may still come again in time is never forgotten: others get busy', async (t) => {
  const { clock, once, done } = bench()
  await once('anna', 0)
  for (const other of ['b', 'c', 'd']) await once(other, 0)
  t.throws(() => once('e', 0), { code: 'busy' })
  await clock.advance(30_000)
  for (let n = 1; n < 256; n++) await once('anna', n)
  t.throws(() => once('anna', 256), { code: 'busy' })
  const before = done()
  t.equal(await once('anna', 0), 1, 'a copy gets its answer')
  await clock.advance(30_000)
  t.throws(() => once('e', 0), { code: 'busy' }, 'within is at most 60 s')
  t.equal(await once('anna', 0), 1)
  t.equal(done(), before)
  await clock.advance(1)
  await once('anna', 256)
  await once('e', 0)
  t.equal(await once('anna', 1), 5, 'only what is older made room')
  t.equal(done(), before + 2)
})

t.test('without others a copy gets its answer for ten minutes', async (t) => {
  const { clock, once } = bench()
  t.equal(await once('anna', 0), 1)
  await clock.advance(599_999)
  t.equal(await once('anna', 0), 1)
  await clock.advance(1)
  t.equal(await once('anna', 0), 2)
})

t.test('an older command of a peer does not undo its newer one', async (t) => {
  const { clock, pins, switches, log } = switchBench({
    config: CONFIG,
    grants: [operates(ANNA), operates(BERT)]
  })
  await switches.start()
  const sent = () => ({ seen: switches.time.now(), within: 10_000 })
  const on = { by: peer(ANNA), name: 'pump', on: true, cmd: cmd(1), sent: sent() }
  await clock.advance(2000)
  const off = { by: peer(ANNA), name: 'pump', on: false, cmd: cmd(2), sent: sent() }
  await switches.command(off)
  await clock.advance(3000)
  await t.rejects(switches.command(on), { code: 'late', message: /newer/ })
  t.equal(pins.level('GPIO27'), 0)
  t.match(log.newest(1), [{ who: 'anna', asked: 'on', answer: 'late' }])
  await switches.command({ ...on, name: 'lamp', cmd: cmd(3) })
  t.equal(pins.level('GPIO22'), 1, 'of another output')
  await switches.command({ ...on, by: peer(BERT), cmd: cmd(4) })
  t.equal(pins.level('GPIO27'), 1, 'of another peer')
  await switches.command({ ...off, cmd: cmd(5) })
  t.equal(pins.level('GPIO27'), 0, 'of the same moment')
})

t.test('a newer command that was refused is newer all the same', async (t) => {
  const { clock, pins, switches } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
  await switches.start()
  const older = switches.time.now()
  await clock.advance(1000)
  const command = { by: peer(ANNA), name: 'pump', on: false }
  pins.fail('GPIO27', 'gone')
  const newer = { ...command, cmd: cmd(1), sent: { seen: switches.time.now(), within: 60_000 } }
  await t.rejects(switches.command(newer), { code: 'no-such-line' })
  pins.fail('GPIO27', undefined)
  await clock.advance(30_000)
  await t.rejects(
    switches.command({ ...command, on: true, cmd: cmd(2), sent: { seen: older, within: 60_000 } }),
    { code: 'late' }
  )
  t.equal(pins.level('GPIO27'), 0)
})

t.test('a number that is used for another command is refused, and the log has it', async (t) => {
  const { switches, log } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
  await switches.start()
  const command = { by: peer(ANNA), name: 'pump', on: true, cmd: cmd(1) }
  await switches.command(command)
  await t.rejects(switches.command({ ...command, on: false }), { code: 'bad-request' })
  t.match(log.newest(1), [{ who: 'anna', asked: 'off', answer: 'bad-request' }])
})

t.test('strangers share one rate: they take nothing from who may operate', async (t) => {
  const { switches } = switchBench({ config: CONFIG, grants: [operates(ANNA, 'pump')] })
  await switches.start()
  const codes = new Map<string, number>()
  for (let n = 0; n < 100; n++)
    await switches
      .command({ by: peer(`${BERT.slice(0, -4)}${String(n).padStart(4, 'z')}`), name: 'pump', on: true })
      .catch(({ code }: { code: string }) => void codes.set(code, (codes.get(code) ?? 0) + 1))
  t.same(Object.fromEntries(codes), { denied: 20, busy: 80 })
  for (let n = 0; n < 19; n++)
    t.match(await switches.command({ by: peer(ANNA), name: 'pump', on: n % 2 === 0 }), { on: n % 2 === 0 })
  await t.rejects(switches.command({ by: peer(ANNA), name: 'lamp', on: true }), { code: 'denied' })
  await t.rejects(switches.command({ by: peer(ANNA), name: 'pump', on: true }), { code: 'busy' })
})
