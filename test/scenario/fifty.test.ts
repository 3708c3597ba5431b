import t from 'tap'
import { houseFor } from '../support/scenario/house.ts'

const NODES = 50

/** Handles and timers of this process by kind, and how many listeners its global targets have. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  for (const event of process.eventNames()) counts[`process ${String(event)}`] = process.listenerCount(event)
  return counts
}

/** The one of House.until() is always there. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

t.test('fifty nodes start and stop in one process and leave nothing', async (t) => {
  const house = houseFor(t)
  // What is loaded or opened once for the whole process is there afterwards.
  await house.stop(await house.start('first', { gauges: ['air'], home: true }))
  await house.until(() => timers() === 0)
  const before = resources()

  for (let i = 0; i < NODES; i++) {
    const measures = i % 10 === 0
    await house.start(`node-${i}`, {
      gauges: measures ? ['air'] : [],
      home: measures,
      config: 'store: [{ claimed: node-0 }]'
    })
  }
  const nodes = house.nodes.slice(1)
  const [hub] = nodes
  if (hub !== undefined) await house.link(hub, ...nodes.slice(1))
  await house.until(() => nodes.every(({ received }) => received.length >= NODES / 10))
  t.ok(house.clock.pending >= 5 * NODES, 'they were busy')
  await house.stop(...nodes)

  t.equal(house.clock.pending, 0, 'no timer of ours is left')
  // libp2p lets some of its timers run out instead of ending them; none begins anew.
  await house.until(() => timers() === 0).catch(() => undefined)
  t.strictSame(resources(), before, 'no handle and no timer of libp2p')
})
