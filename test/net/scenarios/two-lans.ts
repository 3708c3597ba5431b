import type { PingReply, SeriesView } from '../../../src/node/api/operations.ts'
import type { FarNode } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, hears, letPass, type Net, pathTo, type Scenario } from '../scenario.ts'

/** Seconds; a search asks for 1.5 s, a circuit of three hops takes as long as its round trips. */
const REACHED_WITHIN = 20

/** Nodes in a row, each with a network between it and the next, which has both its neighbours in its book. */
async function row(net: Net, ...names: string[]): Promise<FarNode[]> {
  const segments = names.slice(1).map((_, i) => net.use(new Segment(`lan${i}`)))
  const nodes: FarNode[] = []
  for (const [i, name] of names.entries()) {
    const [left, right] = [segments[i - 1], segments[i]]
    const machine =
      left === undefined ? right?.machine(name, `10.${i}.0.1`) : left.machine(name, `10.${i - 1}.0.2`)
    if (machine === undefined) throw new Error('a row has two or more')
    if (left !== undefined) right?.plug(machine, `10.${i}.0.1`, `lan${i}`)
    nodes.push(await machine.node({}))
  }
  for (const [i, node] of nodes.entries()) {
    const next = nodes[i + 1]
    if (next === undefined) continue
    await node.call('bookPut', { name: `next-${i}`, who: next.peer })
    await next.call('bookPut', { name: `before-${i}`, who: addressAt(`10.${i}.0.1`, node) })
  }
  return nodes
}

async function acquaint(a: FarNode, nameOfB: string, b: FarNode, nameOfA: string): Promise<void> {
  await a.call('bookPut', { name: nameOfB, who: b.peer })
  await b.call('bookPut', { name: nameOfA, who: a.peer })
}

async function answers(node: FarNode, who: string): Promise<boolean> {
  return (await node.call<SeriesView[]>('ask', { who })).length > 0
}

export const twoLans: Scenario = {
  name: 'networks joined only by nodes that are in two: reached through one, and through three, never four',
  deadline: 100,
  async run(net) {
    const nodes = await row(net, 'desk', 'hall', 'attic', 'roof', 'den', 'cellar')
    const [desk, hall, attic, roof, den, cellar] = nodes
    if (!desk || !hall || !attic || !roof || !den || !cellar) throw new Error('six were started')
    await net.within(
      20,
      'each hears the next',
      async () => (await hears(desk, hall)) && (await hears(cellar, den))
    )
    await net.within(20, 'one behind another is listed as via', async () => {
      return (await pathTo(desk, attic))?.kind === 'via'
    })
    await desk.call('bookPut', { name: 'attic', who: attic.peer })
    net.check(
      'who does not know the asker is not reached',
      !(await answers(desk, 'attic').catch(() => false))
    )
    await attic.call('bookPut', { name: 'desk', who: desk.peer })
    await net.within(REACHED_WITHIN, 'through one', () => answers(desk, 'attic'))

    await acquaint(desk, 'den', den, 'desk')
    await net.within(REACHED_WITHIN, 'through three', () => answers(desk, 'den'))
    const path = await pathTo(desk, den)
    net.check('the path is shown', path?.hops?.join() === [hall, attic, roof].map(({ peer }) => peer).join())
    const pings = await desk.call<PingReply[]>('ping', { who: 'den', count: 2, interval: 200 })
    net.check('ping', pings.length === 2)
    const rows = await desk.call<unknown[]>('history', { who: 'den', what: 'air' })
    net.check('history', rows.length > 0)

    await acquaint(desk, 'cellar', cellar, 'desk')
    await letPass(1)
    net.check('four are refused', !(await answers(desk, 'cellar').catch(() => false)))
  }
}
