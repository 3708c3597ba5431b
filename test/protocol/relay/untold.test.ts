import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { STOP_DEADLINE } from '../../../src/protocol/relay/constants.ts'
import { RelayRefused } from '../../../src/protocol/relay/index.ts'
import { dial, isHeld, relayNode } from '../../support/relay.ts'
import { until } from '../../support/until.ts'

const signal = new AbortController().signal

t.test('a stranger does not learn by the time of a refusal whether the target is there', async (t) => {
  const clock = new VirtualClock()
  const den = await relayNode(t, { clock, server: { inBook: () => false } })
  const hall = await relayNode(t, { relays: [den.address], accepts: () => false })
  const desk = await relayNode(t)
  const away = await relayNode(t)
  await dial(desk, den.address)
  await until(() => isHeld(hall))
  const refused = (): number => den.relay.counters['serve-refused-204'] ?? 0
  const carried = (): number => den.relay.counters['serve-circuits'] ?? 0
  for (const [name, target, isAsked] of [
    ['without a reservation', away.peer, () => true],
    ['refused by the target', hall.peer, () => hall.relay.counters['refused-circuit'] === 1]
  ] as const) {
    const before = refused()
    const answer = t.rejects(desk.relay.open(den.peer, target, signal), new RelayRefused(204), name)
    await until(() => carried() === 1 && isAsked())
    await clock.advance(STOP_DEADLINE - 1)
    t.same([refused() - before, carried()], [0, 1], `${name}: it waits, and keeps its place`)
    await clock.advance(1)
    t.same([refused() - before, carried()], [1, 0], `${name}: it is answered`)
    await answer
  }
})

t.test('who has waited enough leaves its place, and so it does when the relay stops', async (t) => {
  const clock = new VirtualClock()
  const den = await relayNode(t, { clock, server: { inBook: () => false } })
  const desk = await relayNode(t)
  await dial(desk, den.address)
  const carried = (): number => den.relay.counters['serve-circuits'] ?? 0
  const enough = new AbortController()
  const opening = desk.relay.open(den.peer, desk.peer, enough.signal)
  await until(() => carried() === 1)
  enough.abort(new Error('enough'))
  await t.rejects(opening, new Error('enough'))
  await until(() => carried() === 0)
  const again = desk.relay.open(den.peer, desk.peer, signal)
  await until(() => carried() === 1)
  await den.relay.stop()
  await t.rejects(again)
  await until(() => carried() === 0)
})
