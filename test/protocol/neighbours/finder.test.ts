import t, { type Test } from 'tap'
import { MAX_HOPS } from '../../../src/protocol/neighbours/constants.ts'
import { Graph, type GraphNode, type NodePlan, numbers } from '../../support/neighbours/graph.ts'

const NODES = 200

function graphOf(
  count: number,
  plan: (i: number) => NodePlan = () => ({})
): { graph: Graph; nodes: GraphNode[] } {
  const graph = new Graph()
  for (let i = 0; i < count; i++) graph.add(`node ${i}`, plan(i))
  return { graph, nodes: graph.nodes }
}

function at(nodes: readonly GraphNode[], i: number): GraphNode {
  const node = nodes[i]
  if (node === undefined) throw new Error(`there is no node ${i}`)
  return node
}

function chain(count: number, plan?: (i: number) => NodePlan): { graph: Graph; nodes: GraphNode[] } {
  const { graph, nodes } = graphOf(count, plan)
  for (let i = 1; i < count; i++) graph.join(at(nodes, i - 1), at(nodes, i))
  return { graph, nodes }
}

/** Pairs of nodes, each searched by the other, with time for all rates between. */
async function searchPairs(
  t: Test,
  { graph, nodes }: { graph: Graph; nodes: GraphNode[] },
  pairs: number
): Promise<void> {
  const random = numbers(7)
  const any = (): GraphNode => at(nodes, Math.floor(random() * nodes.length))
  let [found, reachable, most] = [0, 0, 0]
  for (let i = 0; i < pairs; i++) {
    const [from, to] = [any(), any()]
    const distance = graph.distance(from, to)
    if (from === to) continue
    const before = graph.messages
    const paths = await graph.find(from, to.peer)
    most = Math.max(most, graph.messages - before)
    for (const path of paths) t.ok(path.length <= MAX_HOPS && graph.leads(from, path, to.peer))
    if (distance !== undefined && distance <= MAX_HOPS) reachable++
    if (paths.length > 0) found++
    await graph.clock.advance(10_000)
  }
  const { messages, bytes } = graph
  t.equal(found, reachable, `${found} of ${reachable} found`)
  t.comment(
    `${reachable} of ${pairs} pairs are within ${MAX_HOPS} hops; ${(messages / pairs).toFixed(1)} messages a search, ` +
      `at most ${most}; ${Math.round(bytes / pairs)} bytes a search`
  )
}

t.test('a chain: three peers between the ends are found, four are not', async (t) => {
  const { graph, nodes } = chain(6)
  const peers = nodes.map(({ peer }) => peer)
  for (let hops = 0; hops <= 4; hops++) {
    const paths = await graph.find(at(nodes, 0), at(nodes, hops + 1).peer)
    t.strictSame(paths, hops > MAX_HOPS ? [] : [peers.slice(1, hops + 1)], `${hops} hops`)
    await graph.clock.advance(10_000)
  }
})

t.test('200 nodes in a chain', async (t) => {
  await searchPairs(t, chain(NODES), 200)
})

t.test('200 nodes in a star', async (t) => {
  const { graph, nodes } = graphOf(NODES)
  for (const node of nodes.slice(1)) graph.join(at(nodes, 0), node)
  await searchPairs(t, { graph, nodes }, 100)
})

/** Each node joined with the nodes at these distances in a ring: the same number of neighbours for all. */
function ring(graph: Graph, nodes: readonly GraphNode[], distances: readonly number[]): void {
  for (const [i, node] of nodes.entries())
    for (const distance of distances) graph.join(node, at(nodes, (i + distance) % nodes.length))
}

t.test('200 nodes in two joined meshes', async (t) => {
  const { graph, nodes } = graphOf(NODES)
  ring(graph, nodes.slice(0, 100), [1, 7, 23])
  ring(graph, nodes.slice(100), [1, 7, 23])
  for (const i of [0, 30, 60]) graph.join(at(nodes, i), at(nodes, 100 + i))
  await searchPairs(t, { graph, nodes }, 60)
})

t.test('200 nodes joined at random', async (t) => {
  const { graph, nodes } = graphOf(NODES)
  const random = numbers(3)
  for (let i = 0; i < 2.5 * NODES; i++) {
    const [one, other] = [random(), random()].map((number) => at(nodes, Math.floor(number * NODES)))
    if (one === undefined || other === undefined || one === other) continue
    if (one.hosts.size < 8 && other.hosts.size < 8) graph.join(one, other)
  }
  await searchPairs(t, { graph, nodes }, 60)
})

t.test('two LANs, all of each joined, with one node in both', async (t) => {
  const { graph, nodes } = graphOf(NODES)
  const lans = [nodes.slice(0, 101), nodes.slice(100)]
  for (const [lan, members] of lans.entries())
    for (const [i, one] of members.entries())
      for (const other of members.slice(i + 1)) graph.join(one, other, `192.168.${lan}`)
  const [asker, both, target] = [at(nodes, 5), at(nodes, 100), at(nodes, 150)]
  let found = 0
  for (let i = 0; i < 10; i++) {
    const before = graph.messages
    const [path] = await graph.find(asker, target.peer)
    if (path !== undefined) {
      found++
      t.strictSame(path, [both.peer], 'the path begins at the last hop that is connected')
    }
    t.comment(`${graph.messages - before} messages`)
    await graph.clock.advance(10_000)
  }
  t.ok(found >= 8, `${found} of 10 searches succeed`)
})
