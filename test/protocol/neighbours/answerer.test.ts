import t from 'tap'
import type { AnswerBody, Question } from '../../../src/protocol/neighbours/codec.ts'
import { Graph, type GraphNode, peerNamed } from '../../support/neighbours/graph.ts'

/** A node between a home and the network of guests, and somebody on either. */
function twoNetworks(): { graph: Graph; both: GraphNode; home: GraphNode; guests: GraphNode[] } {
  const graph = new Graph()
  const home = graph.add('home')
  const guests = ['guest', 'other guest'].map((name) => graph.add(name))
  const both = graph.add('both', { inBook: (peer) => peer === home.peer })
  graph.join(both, home, 'lan')
  for (const guest of guests) graph.join(both, guest, 'wifi')
  return { graph, both, home, guests }
}

async function listed(node: GraphNode, caller: GraphNode): Promise<string[]> {
  const answer = await node.answer({ op: 'list' }, caller.peer)
  return answer !== undefined && 'peers' in answer ? answer.peers.map(([peer]) => peer) : []
}

function find(who: string, hops = 1): Question {
  return { op: 'find', who, hops }
}

function codeOf(answer: AnswerBody | undefined): unknown {
  return answer !== undefined && 'error' in answer ? answer.error.code : undefined
}

t.test('a peer of the book hears of everybody, in order, without itself', async (t) => {
  const { both, home, guests } = twoNetworks()
  t.strictSame(await listed(both, home), guests.map(({ peer }) => peer).sort())
})

t.test('a stranger hears only of peers on its own link, and nothing is asked for it', async (t) => {
  const { graph, both, home, guests } = twoNetworks()
  const [guest, other] = guests
  if (guest === undefined || other === undefined) throw new Error('there are two guests')
  const behind = graph.add('behind the home')
  graph.join(home, behind, 'lan')
  t.strictSame(await listed(both, guest), [other.peer])
  t.strictSame(await both.answer(find(other.peer, 3), guest.peer), { paths: [[]] })
  t.strictSame(await both.answer(find(home.peer, 3), guest.peer), { paths: [] })
  t.strictSame(await graph.clock.run(both.answer(find(behind.peer, 3), guest.peer)), { paths: [] })
  t.equal(graph.messages, 0)
  t.strictSame(await graph.clock.run(both.answer(find(behind.peer, 3), home.peer)), { paths: [] })
})

t.test('nobody hears of a denied peer or of one that does not handle the protocol', async (t) => {
  const graph = new Graph()
  const denied = graph.add('denied')
  const hidden = graph.add('hidden', { isListed: false })
  const caller = graph.add('caller')
  const open = graph.add('open')
  const hall = graph.add('hall', { denies: (peer) => peer === denied.peer })
  for (const node of [denied, hidden, caller, open]) graph.join(hall, node)
  const behind = graph.add('behind')
  graph.join(denied, behind)
  t.strictSame(await listed(hall, caller), [open.peer])
  for (const node of [denied, hidden])
    t.strictSame(await graph.clock.run(hall.answer(find(node.peer, 3), caller.peer)), { paths: [] })
  t.strictSame(await graph.clock.run(hall.answer(find(behind.peer, 3), caller.peer)), { paths: [] })
  t.equal(codeOf(await hall.answer({ op: 'list' }, denied.peer)), 'denied')
})

t.test('a node that is unlisted is not named to those who are asked for it', async (t) => {
  const graph = new Graph()
  const asked: string[] = []
  const hidden = graph.add('hidden', { isListed: false })
  const hall = graph.add('hall')
  const attic = graph.add('attic', {
    answer: (question) => {
      if (question.op === 'find') asked.push(...(question.not ?? []))
      return { paths: [] }
    }
  })
  graph.join(hidden, hall)
  graph.join(hall, attic)
  await graph.find(hidden, peerNamed('nobody'))
  t.strictSame(asked.sort(), [attic.peer, hall.peer].sort())
})

t.test('pages', async (t) => {
  const graph = new Graph()
  const hall = graph.add('hall')
  const caller = graph.add('caller')
  for (let i = 0; i < 9; i++) graph.join(hall, graph.add(`${i}`))
  const seen: string[] = []
  for (let after: string | undefined; seen.length < 9; after = seen.at(-1)) {
    const answer = await hall.answer({ op: 'list', after, limit: 4 }, caller.peer)
    if (answer === undefined || !('peers' in answer)) throw new Error('no list')
    seen.push(...answer.peers.map(([peer]) => peer))
    t.equal(answer.more, seen.length < 9 ? true : undefined)
  }
  t.strictSame(seen, seen.toSorted())
  t.equal(new Set(seen).size, 9)
})

t.test('rates: five searches at once, then one a second; who is busy says when to ask again', async (t) => {
  const graph = new Graph()
  const hall = graph.add('hall')
  const [caller, other] = [graph.add('caller'), graph.add('other')]
  const ask = (from = caller): Promise<AnswerBody | undefined> =>
    hall.answer(find(peerNamed('nobody')), from.peer)
  for (let i = 0; i < 5; i++) t.strictSame(await ask(), { paths: [] })
  t.strictSame(await ask(), { error: { code: 'busy', text: 'too many questions', retry: 1000 } })
  t.strictSame(await ask(other), { paths: [] }, 'others have their own')
  await graph.clock.advance(1000)
  t.strictSame(await ask(), { paths: [] })
  t.equal(codeOf(await ask()), 'busy')
  for (let i = 0; i < 10; i++) t.equal(codeOf(await hall.answer({ op: 'list' }, caller.peer)), undefined)
  t.equal(codeOf(await hall.answer({ op: 'list' }, caller.peer)), 'busy')
})

t.test('the same question is answered from memory for 5 s, the answer "none" too', async (t) => {
  const graph = new Graph()
  const [caller, hall, attic] = [graph.add('caller'), graph.add('hall'), graph.add('attic')]
  graph.join(caller, hall)
  graph.join(hall, attic)
  const ask = async (who: string): Promise<AnswerBody | undefined> =>
    await graph.clock.run(hall.answer(find(who, 2), caller.peer))
  await ask(peerNamed('nobody'))
  const before = graph.messages
  await graph.clock.advance(2000)
  t.strictSame(await ask(peerNamed('nobody')), { paths: [] })
  t.equal(graph.messages, before)
  await graph.clock.advance(3000)
  await ask(peerNamed('nobody'))
  t.ok(graph.messages > before)
})

t.test('eight questions a second are asked for others, then own connections answer', async (t) => {
  const graph = new Graph()
  const hall = graph.add('hall')
  const near = graph.add('near')
  graph.join(hall, near)
  for (let i = 0; i < 8; i++) graph.join(hall, graph.add(`neighbour ${i}`))
  const callers = Array.from({ length: 10 }, (_, i) => graph.add(`caller ${i}`))
  for (const caller of callers)
    await graph.clock.run(hall.answer(find(peerNamed(`nobody of ${caller.peer}`), 2), caller.peer))
  const forwarded = hall.counts.get('forwarded') ?? 0
  t.ok(forwarded >= 8 && forwarded <= 9, `${forwarded} questions`)
  t.strictSame(await hall.answer(find(near.peer, 2), callers[0]?.peer ?? ''), { paths: [[]] })
})
