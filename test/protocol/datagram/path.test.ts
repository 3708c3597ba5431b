import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { Path } from '../../../src/protocol/datagram/path.ts'
import { RoundTrip } from '../../../src/protocol/datagram/round-trip.ts'

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
    probe: (_port, token) => {
      probes.push(clock.monotonic())
      last = token
    },
    changed: () => {},
    failed: () => {}
  })
  const acknowledge = (): boolean => path.acknowledged(last, PORT, clock.monotonic())
  path.seek(clock.monotonic())
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
  path.doubt()
  t.notOk(path.usable(now))
  t.ok(path.reachable(now))
  path.seek(now)
  t.ok(acknowledge())
  t.ok(path.usable(now))
})

t.test('a round without an answer and without a packet ends it, and rests', async (t) => {
  const { clock, path, probes } = await proven()
  path.doubt()
  path.seek(clock.monotonic())
  await clock.advance(5001)
  t.notOk(path.reachable(clock.monotonic()))
  t.equal(probes.length, 3)
  path.seek(clock.monotonic())
  t.equal(probes.length, 3, 'it rests')
  await clock.advance(15_000)
  path.seek(clock.monotonic())
  t.equal(probes.length, 4)
})

t.test('where packets come its probes were lost by chance: in doubt, and probed again at once', async (t) => {
  const { clock, path, probes, acknowledge } = await proven()
  path.doubt()
  path.seek(clock.monotonic())
  await clock.advance(4000)
  path.heard(PORT, clock.monotonic())
  await clock.advance(1001)
  const now = clock.monotonic()
  t.ok(path.reachable(now))
  t.notOk(path.usable(now))
  path.seek(now)
  t.equal(probes.length, 4)
  t.ok(acknowledge())
  t.ok(path.usable(now))
})

t.test('a peer that goes both ways does not avoid UDP', async (t) => {
  const { clock, path } = await proven()
  await clock.advance(900)
  path.avoided(clock.monotonic())
  t.ok(path.usable(clock.monotonic()))
  await clock.advance(200)
  path.avoided(clock.monotonic())
  t.notOk(path.usable(clock.monotonic()))
})
