import t from 'tap'
import { BEGINNING } from '../../../src/protocol/replication/constants.ts'
import { comparePositions } from '../../../src/reading/run.ts'
import { author, FollowedWorld, provider } from '../../support/scenario/followed-world.ts'

const MINUTE = 60_000

t.test('a gap has two seconds to fill itself', async (t) => {
  const world = new FollowedWorld(1)
  const [a, b, c] = [world.make(), world.make(), world.make()]
  world.offer(a)
  world.offer(c)
  await world.clock.advance(1900)
  world.offer(b)
  await world.clock.advance(MINUTE)
  t.same(world.positions(), world.positions([a, b, c]))
  t.same(world.asked, [], 'nobody was asked')
})

t.test('then the author is asked for just that', async (t) => {
  const world = new FollowedWorld(2)
  const made = Array.from({ length: 10 }, () => world.make())
  world.offer(...made.slice(0, 3))
  world.offer(...made.slice(7))
  await world.clock.advance(5000)
  t.same(world.positions(), world.positions(made))
  t.same(world.asked, [
    {
      peer: author,
      question: { series: `${author}/hall/temperature`, from: made[3]?.position, to: 6 }
    }
  ])
})

t.test('from a third who holds it, while the author is away', async (t) => {
  const world = new FollowedWorld(3)
  const made = Array.from({ length: 10 }, () => world.make())
  world.heldBy(provider).push(...made.slice(2, 8))
  world.offer(...made.slice(0, 3))
  world.offer(...made.slice(7))
  world.up.delete(author)
  await world.clock.advance(10_000)
  t.same(world.positions(), world.positions(made))
  t.same(
    world.asked.map(({ peer }) => peer),
    [author, provider]
  )
  t.same(world.providers.of(author), [provider], 'it is remembered who holds it')
})

t.test('what the author has lost is fetched from a third, or reported as lost', async (t) => {
  const world = new FollowedWorld(4)
  const made = Array.from({ length: 12 }, () => world.make())
  world.held.set(author, [...made.slice(0, 2), ...made.slice(8)])
  world.heldBy(provider).push(...made.slice(3, 6))
  world.offer(...made.slice(0, 2))
  world.offer(...made.slice(8))
  await world.clock.advance(20_000)
  t.same(world.positions(), world.positions([...made.slice(0, 2), ...made.slice(3, 6), ...made.slice(8)]))
  t.same(
    world.lost.map(({ from, to }) => [from, to]),
    [
      [2, 2],
      [6, 7]
    ]
  )
})

t.test('after an absence it asks from where it was, though nothing shows what is missing', async (t) => {
  const world = new FollowedWorld(5)
  world.offer(world.make())
  const missed = Array.from({ length: 500 }, () => world.make())
  world.subscription.returned()
  await world.clock.advance(20_000)
  t.equal(world.delivered.length, 501)
  t.same(world.positions(missed), world.positions().slice(1))
})

t.test('after a restart of our own: from the last position held, or from the beginning', async (t) => {
  const held = new FollowedWorld(6)
  const made = Array.from({ length: 30 }, () => held.make())
  for (const from of [made[12]?.position, BEGINNING]) {
    if (from === undefined) throw new Error('made')
    const world = new FollowedWorld(7, { from })
    world.heldBy(author).push(...made)
    world.subscription.returned()
    await world.clock.advance(10_000)
    t.same(world.positions(), world.positions(from === BEGINNING ? made : made.slice(12)))
    t.same(world.lost, [])
  }
})

t.test('a catalogue of a later run shows that something was missed', async (t) => {
  const world = new FollowedWorld(8)
  world.offer(world.make())
  world.make()
  world.restart()
  const first = world.make()
  world.subscription.noteExisting({ ...first.position, seq: 0 })
  await world.clock.advance(10_000)
  t.same(world.positions(), world.positions(world.made))
})

t.test('nobody answers: from 1 s to 5 min between questions, and none is forgotten', async (t) => {
  const world = new FollowedWorld(9)
  world.offer(world.make())
  world.make()
  world.up.clear()
  world.offer(world.make())
  await world.clock.advance(5 * MINUTE)
  const atFirst = world.asked.filter(({ peer }) => peer === author).length
  t.ok(atFirst >= 6 && atFirst <= 10, `${atFirst} in five minutes`)
  await world.clock.advance(40 * MINUTE)
  const then = world.asked.filter(({ peer }) => peer === author).length - atFirst
  t.ok(then >= 5 && then <= 9, `${then} in forty minutes`)
  world.up.add(author)
  await world.clock.advance(8 * MINUTE)
  t.same(world.positions(), world.positions(world.made))
})

t.test('what nobody can fill is given up after an hour', async (t) => {
  const world = new FollowedWorld(10)
  world.offer(world.make())
  world.make()
  world.up.clear()
  world.offer(world.make())
  await world.clock.advance(70 * MINUTE)
  t.same(
    world.lost.map(({ from, to }) => [from, to]),
    [[1, 1]]
  )
  t.equal(world.delivered.length, 2)
})

t.test('stopped, it delivers nothing and asks nobody', async (t) => {
  const world = new FollowedWorld(11)
  world.offer(world.make())
  world.make()
  world.offer(world.make())
  world.subscription.stop()
  world.subscription.returned()
  world.offer(world.make())
  await world.clock.advance(10 * MINUTE)
  t.equal(world.delivered.length, 1)
  t.same(world.asked, [])
  t.equal(world.clock.pending, 0)
})

for (const seed of [1, 2, 3, 4, 5, 104])
  t.test(`loss, doubles, disorder, absences and restarts, seed ${seed}`, async (t) => {
    const world = new FollowedWorld(seed, { giveUpAfter: 100 * 3_600_000 })
    const { random, clock } = world
    world.breaks = 0.05
    world.offer(world.make())
    let crashed = 0
    for (let second = 0; second < 1200; second++) {
      if (crashed > 0) {
        crashed -= 1
        if (crashed === 0) world.up.add(author)
      } else {
        const reading = world.make()
        if (random() < 0.7) world.heldBy(provider).push(reading)
        const copies = random() < 0.3 ? 0 : random() < 0.2 ? 2 : 1
        for (let copy = 0; copy < copies && world.up.has(author); copy++)
          clock.after(random() * 5000, () => world.offer(reading))
      }
      if (random() < 0.01 && crashed === 0) {
        // The power fails: what was not flushed is gone.
        world.held.set(author, world.heldBy(author).slice(0, -Math.floor(random() * 5) || undefined))
        world.restart()
        world.up.delete(author)
        crashed = 1 + Math.floor(random() * 60)
      }
      if (random() < 0.005) world.up.clear()
      if (random() < 0.05 && crashed === 0 && world.up.size < 2) {
        world.up.add(author).add(provider)
        world.subscription.returned()
      }
      await clock.advance(1000)
    }
    world.up.add(author).add(provider)
    world.subscription.returned()
    await clock.advance(15 * MINUTE)

    const { delivered } = world
    const ascending = delivered.every((reading, i) => {
      const before = delivered[i - 1]
      return before === undefined || comparePositions(before.position, reading.position) < 0
    })
    t.ok(ascending, 'in order and each once')
    const got = new Set(world.positions())
    const missed = world.heldBy(author).filter((reading) => !got.has(world.positions([reading])[0] ?? ''))
    t.same(world.positions(missed), [], 'everything that its author still has')
    const wronglyLost = world.lost.filter(({ run, from, to }) =>
      world
        .heldBy(author)
        .some(({ position }) => position.boot === run.boot && position.seq >= from && position.seq <= to)
    )
    t.same(wronglyLost, [], 'nothing is reported as lost that its author has')
    t.ok(
      world.asked.length > 20 && delivered.length > 500,
      `${delivered.length} after ${world.asked.length} questions`
    )
  })
