import type { FarNode } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, hears, letPass, newest, type Scenario } from '../scenario.ts'

const HEALED_WITHIN = 15
/** Seconds of silence: TCP retransmits for longer, so the connections stay up on both sides. */
const SHORT = 3
/** Longer than the pings take to end a silent connection, by the hurried clock of the nodes. */
const LONG = 15

/** Whether something newer than it holds reaches a node. */
async function grows(node: FarNode, author: FarNode, than: number): Promise<boolean> {
  return (await newest(node, author)) > than
}

export const partition: Scenario = {
  name: 'a network is cut in two and joined again',
  deadline: 70,
  async run(net) {
    const segment = net.use(new Segment())
    const away = segment.machine('away', '10.3.0.1')
    const machines = [away, segment.machine('b', '10.3.0.2'), segment.machine('c', '10.3.0.3')]
    const [a, b, c] = await Promise.all(machines.map((one) => one.node({})))
    if (!a || !b || !c) throw new Error('three were started')
    // A chain: what is heard of c comes over b. Who dials has the address, and dials again.
    await b.call('bookPut', { name: 'away', who: addressAt('10.3.0.1', a) })
    await c.call('bookPut', { name: 'middle', who: addressAt('10.3.0.2', b) })
    await net.within(20, 'the ends hear each other', async () => (await hears(a, c)) && (await hears(c, a)))
    for (const seconds of [SHORT, LONG]) {
      segment.cut(away, true)
      await letPass(1)
      const before = { c: await newest(a, c), a: await newest(c, a), b: await newest(c, b) }
      await letPass(seconds)
      net.check(`cut for ${seconds} s: silence`, !(await grows(a, c, before.c)))
      net.check('the others hear each other', await grows(c, b, before.b))
      segment.cut(away, false)
      await net.within(HEALED_WITHIN, 'healed in both directions', async () => {
        return (await grows(a, c, before.c)) && (await grows(c, a, before.a))
      })
    }
  }
}
