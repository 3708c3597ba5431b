import type { FarNode } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { letPass, measuredBy, type Net, newest, notOnce, type Scenario } from '../scenario.ts'

const NODES = 20
const config = { store: ['meter'], sensors: [{ type: 'thermometer', name: 'air', interval: '10s' }] }

/** What nodes have not of each reading of all others once. */
async function missing(
  nodes: readonly FarNode[],
  measured: ReadonlyMap<string, number>
): Promise<readonly string[]> {
  return (await Promise.all(nodes.map((node) => notOnce(node, measured)))).flat()
}

async function partitioned(net: Net, hurry: number): Promise<void> {
  const halves = [net.use(new Segment('one')), net.use(new Segment('other'))] as const
  const cut = halves[0].join(halves[1])
  const nodes = await Promise.all(
    Array.from({ length: NODES }, (_, i) =>
      (halves[i % 2] ?? halves[0])
        .machine(`m${i}`, `10.40.0.${i + 1}`)
        .node({ config, hurry, discovery: true })
    )
  )
  const [first, second] = nodes
  if (first === undefined || second === undefined) throw new Error('twenty were started')
  for (const node of nodes)
    for (const [i, { peer }] of nodes.entries())
      if (peer !== node.peer) await node.call('bookPut', { name: `m${i}`, who: peer, purposes: ['meter'] })
  const begun = await measuredBy(...nodes)
  await net.nothingLeft(100, 'everybody has each reading of everybody once', () => missing(nodes, begun))
  cut(true)
  await letPass(2)
  const before = await newest(second, first)
  await letPass(60 / hurry)
  net.check('cut in two halves for a minute: silence between them', (await newest(second, first)) === before)
  cut(false)
  const measured = await measuredBy(...nodes)
  await net.nothingLeft(90, 'joined: everybody has each reading of everybody once', () =>
    missing(nodes, measured)
  )
}

export const twenty: Scenario = {
  name: `${NODES} nodes are cut in two halves for a minute by their clock, which is hurried`,
  deadline: 220,
  isHeavy: true,
  run: (net) => partitioned(net, 2)
}

export const twentySlowly: Scenario = {
  name: `${NODES} nodes are cut in two halves for a minute by the clock of the network`,
  deadline: 300,
  isHeavy: true,
  run: (net) => partitioned(net, 1)
}
