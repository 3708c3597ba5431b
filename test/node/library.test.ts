import t, { type Test } from 'tap'
import { createNode, type Node, type PeerEvent, simulatedWorld } from '../../src/index.ts'
import { memoryCarrier } from '../support/memory-network.ts'

async function nodeOf(t: Test, name: string): Promise<Node> {
  const node = await createNode({
    config: { name, mdns: false },
    world: simulatedWorld(),
    carrier: memoryCarrier()
  })
  t.teardown(() => node.stop())
  return node
}

t.test('the book is that of kith book, by the same rules', async (t) => {
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there')]
  t.same(await here.book.list(), [])
  t.match(await here.book.add('attic', there.peer, { purposes: ['soil'] }), {
    name: 'attic',
    peer: there.peer
  })
  t.match(await here.book.get(there.peer), { name: 'attic', purposes: ['soil'], time: false })
  t.match(await here.book.change('attic', { time: true }), { purposes: ['soil'], time: true })
  t.match(await here.book.rename('attic', 'loft'), { name: 'loft', time: true })
  t.equal(await here.book.get('attic'), undefined)
  t.same(await here.operations.book(), await here.book.list())
  await t.rejects(here.book.add('Bad Name', there.peer), { code: 'bad-name' })
  await t.rejects(here.book.change('attic', { time: true }), { code: 'bad-request' })
  await here.book.remove('loft')
  await t.rejects(here.book.remove('loft'), { code: 'nobody-found' })
  t.same(await here.book.list(), [])
})

t.test('peers that connect and go are told, those that are there first', async (t) => {
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there')]
  await here.book.add('attic', there.peer, { addresses: there.addresses.slice(0, 1) })
  await there.handle('/chat/text/v1', () => {}, { anyone: true })
  await (await here.open('attic', ['/chat/text/v1'])).close()
  const leaving = new AbortController()
  const events = here.peerEvents(leaving.signal)
  const next = async (): Promise<PeerEvent | undefined> => (await events.next()).value ?? undefined
  t.match(await next(), { kind: 'connected', peer: there.peer, who: 'attic', known: true })
  await there.stop()
  t.match(await next(), { kind: 'disconnected', peer: there.peer, who: 'attic' })
  leaving.abort()
  t.equal(await next(), undefined, 'it ends when the signal aborts')
})
