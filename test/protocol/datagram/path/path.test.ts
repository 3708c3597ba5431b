import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { Path } from '../../../../src/protocol/datagram/path/path.ts'
import { RoundTrip } from '../../../../src/protocol/datagram/path/round-trip.ts'

const PORT = 4001

interface Proven {
  readonly clock: VirtualClock
  readonly path: Path
  /** When each probe left, on the monotonic clock. */
  readonly probes: number[]
  /** Brings back the token of the last probe. */
  acknowledge(): boolean
}

/** A path that was proven 6 s ago, and that something came by just now. */
async function proven(): Promise<Proven> {
  const clock = new VirtualClock()
  const probes: number[] = []
  let last: Buffer = Buffer.alloc(0)
  let tokens = 0
  const path = new Path({
    clock,
    random: (bytes) => Buffer.alloc(bytes, ++tokens),
    roundTrip: new RoundTrip(),
    port: PORT,
    sendProbe: (_port, token) => {
      probes.push(clock.monotonic())
      last = token
    },
    changed: () => {},
    failed: () => {}
  })
  const acknowledge = (): boolean => path.acknowledged(last, PORT, clock.monotonic())
  path.probe(clock.monotonic())
  acknowledge()
  await clock.advance(6000)
  path.heard(PORT, clock.monotonic())
  probes.length = 0
  return { clock, path, probes, acknowledge }
}

t.test('in doubt it is reachable, though not to be relied on', async (t) => {
  const { clock, path, acknowledge } = await proven()
  const now = clock.monotonic()
  t.ok(path.usable(now))
  path.suspect()
  t.notOk(path.usable(now))
  t.ok(path.reachable(now))
  path.probe(now)
  t.ok(acknowledge())
  t.ok(path.usable(now))
})

t.test('a round without an answer and without a packet ends it, and rests', async (t) => {
  const { clock, path, probes } = await proven()
  path.suspect()
  path.probe(clock.monotonic())
  await clock.advance(5001)
  t.notOk(path.reachable(clock.monotonic()))
  t.equal(probes.length, 3)
  path.probe(clock.monotonic())
  t.equal(probes.length, 3, 'it rests')
  await clock.advance(15_000)
  path.probe(clock.monotonic())
  t.equal(probes.length, 4)
})

t.test('where packets come, a round without an answer leaves it in doubt, and rests', async (t) => {
  const { clock, path, probes, acknowledge } = await proven()
  path.validate(clock.monotonic())
  await clock.advance(4000)
  path.heard(PORT, clock.monotonic())
  await clock.advance(1001)
  t.ok(path.reachable(clock.monotonic()))
  t.notOk(path.usable(clock.monotonic()), 'nor was it doubted before')
  path.probe(clock.monotonic())
  t.equal(probes.length, 3)
  await clock.advance(15_000)
  path.probe(clock.monotonic())
  t.equal(probes.length, 4)
  t.ok(acknowledge())
  t.ok(path.usable(clock.monotonic()))
})

t.test('REPORTs are no packets: they do not save a path by which none comes', async (t) => {
  const { clock, path } = await proven()
  path.suspect()
  path.probe(clock.monotonic())
  for (let i = 0; i < 6; i++) {
    await clock.advance(1000)
    path.confirmed(clock.monotonic())
  }
  t.notOk(path.reachable(clock.monotonic()))
})

t.test('packets without a report make it suspect', async (t) => {
  const { clock, path } = await proven()
  const send = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      path.sent(clock.monotonic())
      path.heard(PORT, clock.monotonic())
      await clock.advance(1000)
    }
  }
  await send(9)
  path.confirmed(clock.monotonic())
  await send(10)
  t.ok(path.usable(clock.monotonic()))
  await send(2)
  t.notOk(path.usable(clock.monotonic()))
})

t.test('after 25 s of silence a packet alone does not revive it', async (t) => {
  const { clock, path, acknowledge } = await proven()
  await clock.advance(25_001)
  path.heard(PORT, clock.monotonic())
  t.notOk(path.reachable(clock.monotonic()))
  path.probe(clock.monotonic())
  t.ok(acknowledge())
  t.ok(path.usable(clock.monotonic()))
})

t.test('a new port that does not answer lets the old one be', async (t) => {
  const { clock, path, probes } = await proven()
  path.heard(PORT + 1, clock.monotonic())
  t.equal(probes.length, 1)
  await clock.advance(5001)
  path.heard(PORT, clock.monotonic())
  t.ok(path.usable(clock.monotonic()))
  path.suspect()
  path.probe(clock.monotonic())
  t.equal(probes.length, 4, 'and does not make it rest')
})

t.test('a peer that goes both ways does not avoid UDP', async (t) => {
  const { clock, path } = await proven()
  await clock.advance(900)
  path.onPeerPrefersStream(clock.monotonic())
  t.ok(path.usable(clock.monotonic()))
  await clock.advance(200)
  path.onPeerPrefersStream(clock.monotonic())
  t.notOk(path.usable(clock.monotonic()))
})
