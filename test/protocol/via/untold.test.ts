import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { STATUS_DEADLINE } from '../../../src/protocol/via/constants.ts'
import { until } from '../../support/until.ts'
import { chain, end, viaNode } from '../../support/via.ts'

const signal = new AbortController().signal

t.test('a stranger does not learn by what a hop says, or when, whether the target is there', async (t) => {
  const clock = new VirtualClock()
  const nodes = await chain(t, 3, { 1: { clock, inBook: () => false }, 2: { accepts: () => false } })
  const [desk, hall, target] = [end(nodes, 0), end(nodes, 1), end(nodes, 2)]
  const mute = await viaNode(t, { isOffered: false })
  await mute.network.dial(hall.network.getMultiaddrs())
  const away = await viaNode(t)
  const refused = (): number => hall.via.counters['refused-no-such'] ?? 0
  const carried = (): number => hall.via.counters['circuits'] ?? 0
  for (const [name, who, isAsked] of [
    ['not there', away, () => true],
    ['there, and refuses', target, () => target.via.counters['refused-denied'] === 1],
    ['there, and carries nothing', mute, () => true]
  ] as const) {
    const before = refused()
    const answer = t.rejects(
      desk.via.openVia([hall.peer], who.peer, signal),
      {
        code: 'via-refused',
        message: `${hall.peer} refuses a circuit (no-such): the next peer is not connected`
      },
      name
    )
    await until(() => carried() === 1 && isAsked())
    await clock.advance(STATUS_DEADLINE - 1)
    t.same([refused() - before, carried()], [0, 1], `${name}: it waits, and keeps its place`)
    await clock.advance(1)
    t.same([refused() - before, carried()], [1, 0], `${name}: it is answered`)
    await answer
  }
})

t.test('through two hops as well, for as long as their answers may take', async (t) => {
  const clock = new VirtualClock()
  const nodes = await chain(t, 4, { 1: { clock, inBook: () => false }, 3: { accepts: () => false } })
  const [desk, hall, attic, target] = [end(nodes, 0), end(nodes, 1), end(nodes, 2), end(nodes, 3)]
  const refused = (): number => hall.via.counters['refused-no-such'] ?? 0
  const answer = t.rejects(desk.via.openVia([hall.peer, attic.peer], target.peer, signal), {
    message: new RegExp(`^${hall.peer} refuses`)
  })
  await until(() => target.via.counters['refused-denied'] === 1)
  await clock.advance(2 * STATUS_DEADLINE - 1)
  t.equal(refused(), 0)
  await clock.advance(1)
  t.equal(refused(), 1)
  await answer
})
