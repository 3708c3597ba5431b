import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, hasEachOnce, hears, keepsAll, letPass, measuredBy, type Scenario } from '../scenario.ts'

/** Seconds; the pings of the nodes, by their hurried clock, end what is open at one end alone. */
const DARK = 10
const HEALED_WITHIN = 30

export const powerLoss: Scenario = {
  name: 'a machine between two others loses its power: connections stay open at one end',
  deadline: 90,
  async run(net) {
    const home = mkdtempSync(join(tmpdir(), 'kith-net-'))
    net.use({ end: () => rmSync(home, { recursive: true, force: true }) })
    const segment = net.use(new Segment())
    const between = segment.machine('between', '10.30.0.1')
    const ends = [segment.machine('left', '10.30.0.2'), segment.machine('right', '10.30.0.3')]
    const options = { config: keepsAll }
    const [hall, left, right] = await Promise.all([
      between.node({ ...options, home }),
      ...ends.map((machine) => machine.node(options))
    ])
    if (!hall || !left || !right) throw new Error('three were started')
    for (const node of [left, right])
      await node.call('bookPut', { name: 'hall', who: addressAt('10.30.0.1', hall) })
    // Two that are not connected directly learn of each other's purposes only when a catalogue is published again.
    for (const [node, name, { peer }] of [
      [left, 'right', right],
      [right, 'left', left],
      [hall, 'left', left],
      [hall, 'right', right]
    ] as const)
      await node.call('bookPut', { name, who: peer })
    await net.within(
      20,
      'the ends hear each other',
      async () => (await hears(left, right)) && (await hears(right, left))
    )
    segment.cut(between, true)
    await hall.kill()
    await letPass(DARK)
    net.check('in the dark nothing passes', !(await hasEachOnce(right, await measuredBy(left))))
    segment.cut(between, false)
    const again = await between.node({ ...options, home })
    net.check('it is the same peer', again.peer === hall.peer)
    await letPass(1)
    const measured = await measuredBy(left, again, right)
    for (const [name, node] of Object.entries({ left, right, 'the one between': again }))
      await net.within(HEALED_WITHIN, `${name} has each reading of the others once`, () =>
        hasEachOnce(node, measured)
      )
  }
}
