import t from 'tap'
import type { AnswerBody } from '../../../src/protocol/neighbours/codec.ts'
import { MAX_PATHS } from '../../../src/protocol/neighbours/constants.ts'
import { Graph, type GraphNode, peerNamed } from '../../support/neighbours/graph.ts'

const target = peerNamed('target')

/** An asker between a liar and an honest neighbour that sees the target. */
function withLiar(answer: (self: string) => AnswerBody | undefined): {
  graph: Graph
  asker: GraphNode
  honest: GraphNode
} {
  const graph = new Graph()
  const asker = graph.add('asker')
  const honest = graph.add('honest')
  const liar = graph.add('liar', { answer: () => answer(asker.peer) })
  graph.join(asker, honest)
  graph.join(asker, liar)
  graph.join(honest, graph.add('target'))
  return { graph, asker, honest }
}

for (const [name, paths] of Object.entries<(asker: string) => readonly (readonly string[])[]>({
  'through the asker': (asker) => [[asker, peerNamed('x')]],
  'through the target': () => [[target]],
  'through the liar again': () => [[peerNamed('liar')]],
  'through one peer twice': () => [[peerNamed('x'), peerNamed('x')]]
}))
  t.test(`a path ${name} is dropped`, async (t) => {
    const { graph, asker, honest } = withLiar((self) => ({ paths: paths(self) }))
    t.strictSame(await graph.find(asker, target), [[honest.peer]])
  })

t.test('made-up paths are at most three, and the honest one stands among them', async (t) => {
  const made = [[], [peerNamed('a')], [peerNamed('b')]]
  const { graph, asker, honest } = withLiar(() => ({ paths: made }))
  const paths = await graph.find(asker, target)
  t.equal(paths.length, MAX_PATHS)
  t.strictSame(
    paths
      .map(([first]) => first)
      .slice(0, 2)
      .sort(),
    [honest.peer, peerNamed('liar')].sort(),
    'the shortest of each'
  )
})

t.test('a path longer than what was asked for is dropped', async (t) => {
  const graph = new Graph()
  const [caller, hall] = [graph.add('caller'), graph.add('hall')]
  const liar = graph.add('liar', { answer: () => ({ paths: [[peerNamed('a'), peerNamed('b')]] }) })
  graph.join(caller, hall)
  graph.join(hall, liar)
  const question = { op: 'find', who: target, hops: 2 } as const
  t.strictSame(await graph.clock.run(hall.answer(question, caller.peer)), { paths: [] })
})

t.test('a neighbour that answers nothing delays by a tenth of a second, or by its deadline', async (t) => {
  const { graph, asker, honest } = withLiar(() => undefined)
  const began = graph.clock.monotonic()
  t.strictSame(await graph.find(asker, target), [[honest.peer]])
  t.ok(graph.clock.monotonic() - began <= 110)
  const before = graph.clock.monotonic()
  t.strictSame(await graph.find(asker, peerNamed('nobody')), [])
  t.ok(graph.clock.monotonic() - before <= 1510)
})

t.test('peers in a circle: a search ends, and each is asked a bounded number of times', async (t) => {
  const graph = new Graph()
  const nodes = Array.from({ length: 8 }, (_, i) => graph.add(`node ${i}`))
  for (const [i, one] of nodes.entries()) for (const other of nodes.slice(i + 1)) graph.join(one, other)
  const [asker] = nodes
  if (asker === undefined) throw new Error('there are eight')
  t.strictSame(await graph.find(asker, peerNamed('nobody')), [])
  t.equal(graph.messages, 14, 'seven questions: all are asked by the first, so that nobody asks on')
})

t.test('the caller ends a search: what was found is given at once', async (t) => {
  const { graph, asker } = withLiar(() => undefined)
  const end = new AbortController()
  const search = asker.finder.own(peerNamed('nobody'), end.signal)
  await graph.clock.advance(50)
  end.abort(new Error('enough'))
  t.strictSame(await search, [])
})

t.test('whose paths failed three times in ten minutes is asked last, and first again later', async (t) => {
  const graph = new Graph()
  const asked: string[] = []
  const asker = graph.add('asker')
  for (let i = 0; i < 12; i++) {
    const name = i === 0 ? 'liar' : `neighbour ${i}`
    const answer = () => {
      asked.push(name)
      return { paths: name === 'liar' ? [[]] : [] }
    }
    graph.join(asker, graph.add(name, { answer }))
  }
  const askedBeforeLiar = async (): Promise<number> => {
    asked.length = 0
    await graph.find(asker, target)
    await graph.clock.advance(10_000)
    return asked.indexOf('liar')
  }
  const liar = [peerNamed('liar')]
  for (let i = 0; i < 2; i++) asker.finder.failed(liar)
  const places = [
    await askedBeforeLiar(),
    await askedBeforeLiar(),
    await askedBeforeLiar(),
    await askedBeforeLiar()
  ]
  t.ok(Math.min(...places) < 11, 'twice is no reason')
  asker.finder.failed(liar)
  for (let i = 0; i < 4; i++) t.equal(await askedBeforeLiar(), 11)
  await graph.clock.advance(600_000)
  const later = [
    await askedBeforeLiar(),
    await askedBeforeLiar(),
    await askedBeforeLiar(),
    await askedBeforeLiar()
  ]
  t.ok(Math.min(...later) < 11)
})

t.test('after a path of a list has failed, neighbours are asked anew', async (t) => {
  const { graph, asker, honest } = withLiar(() => ({ paths: [] }))
  const liar = peerNamed('liar')
  asker.heard.put(liar, [[target, 100]])
  const asked: string[] = []
  const find = async () => {
    const search = asker.finder.own(target, new AbortController().signal, (neighbour) =>
      asked.push(neighbour)
    )
    return await graph.clock.run(search)
  }
  t.strictSame(await find(), [[liar]])
  t.strictSame(asked, [])
  asker.finder.failed([liar])
  t.strictSame(await find(), [[honest.peer]])
  t.strictSame(asked.sort(), [honest.peer, liar].sort())
})
