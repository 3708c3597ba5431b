import t from 'tap'
import { isDirect } from '../../../src/direct.ts'
import { isNodeError } from '../../../src/error.ts'
import { all, type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

const signal = new AbortController().signal

/** Nodes in a row, each linked with the next and having both its neighbours in its book. */
async function row(house: House, ...names: string[]): Promise<HouseNode[]> {
  const nodes: HouseNode[] = []
  for (const name of names) nodes.push(await house.start(name, name === names[0] ? { gauges: ['air'] } : {}))
  for (const [i, node] of nodes.entries()) {
    const next = nodes[i + 1]
    if (next === undefined) continue
    await house.link(node, next)
    await know(node, next)
    await know(next, node)
  }
  return nodes
}

async function know(node: HouseNode, other: HouseNode): Promise<void> {
  await node.operations.bookPut({ name: other.name, who: other.peer })
}

function open(nodes: readonly HouseNode[]) {
  const peers = nodes.map(({ peer }) => peer).reverse()
  const via = nodes.at(-1)?.running.assembled.via
  if (via === undefined) throw new Error('there is no node')
  return via.openVia(peers.slice(1, -1), peers.at(-1) ?? '', signal)
}

t.test('ask, history and ping of a peer behind two others', async (t) => {
  const house = houseFor(t)
  const nodes = await row(house, 'den', 'attic', 'hall', 'desk')
  const [den, attic, hall, desk] = nodes as [HouseNode, HouseNode, HouseNode, HouseNode]
  await know(den, desk)
  await know(desk, den)
  await house.pass(5000)
  const asked = await house.while(desk.operations.ask({ who: 'den' }, signal))
  t.ok(asked.length > 0, 'asked by name alone: neighbours know the way')
  t.ok(
    asked.every(({ path }) => path?.startsWith('via ')),
    'and the answers say which'
  )
  const connection = desk.running.assembled.peers.autoDialer.connection(den.peer)
  const views = await house.while(desk.operations.peers())
  t.match(
    views.find(({ peer }) => peer === den.peer),
    { connected: true, path: { kind: 'via', text: /^via hall, /, hops: [hall.peer, attic.peer] } }
  )
  t.equal(
    connection?.streams.some(({ protocol }) => protocol.startsWith('/meshsub/')),
    false
  )
  const rows = await house.while(all(desk.operations.history({ who: 'den', what: 'air' }, signal)))
  t.ok(rows.length > 0, 'history came')
  const pings = await house.while(all(desk.operations.ping({ who: 'den', count: 1 }, signal)))
  t.ok(pings.length > 0)
  const { counters } = await attic.operations.status()
  t.equal(counters['via.carried'], 1)
  t.ok((counters['via.bytes'] ?? 0) > 1000)
  await house.pass(420_000)
  t.equal(connection?.status, 'closed', 'idle questions end after 5 min, the circuit a minute after them')
})

t.test('a direct connection is made as soon as there is an address, and is used', async (t) => {
  const house = houseFor(t)
  const nodes = await row(house, 'den', 'hall', 'desk')
  const [den, , desk] = nodes as [HouseNode, HouseNode, HouseNode]
  await know(den, desk)
  await know(desk, den)
  const circuit = await house.while(open(nodes))
  const { autoDialer } = desk.running.assembled.peers
  t.equal(autoDialer.connection(den.peer), circuit)
  await house.link(desk, den)
  const connection = autoDialer.connection(den.peer)
  t.ok(connection !== undefined && isDirect(connection))
})

t.test('by default nothing passes for a stranger, nor to one', async (t) => {
  const house = houseFor(t)
  const nodes = await row(house, 'den', 'hall', 'desk')
  const [den, hall, desk] = nodes as [HouseNode, HouseNode, HouseNode]
  const code = async (): Promise<string> => {
    try {
      await house.while(open(nodes))
      return 'none'
    } catch (error) {
      return isNodeError(error) ? error.message : 'other'
    }
  }
  t.match(await code(), `${den.peer} refuses a circuit (denied)`, 'the target does not know the opener')
  await know(den, desk)
  await hall.operations.bookRemove('den')
  t.match(await code(), `${hall.peer} refuses a circuit (no-such)`, 'the hop does not know the target')
  await know(hall, den)
  await hall.operations.bookRemove('desk')
  t.match(await code(), `${hall.peer} refuses a circuit (denied)`, 'the hop does not know the opener')
})

t.test('who cannot be reached through neighbours either: each thing that was tried is told', async (t) => {
  const house = houseFor(t)
  const nodes = await row(house, 'den', 'hall', 'desk')
  const [den, , desk] = nodes as [HouseNode, HouseNode, HouseNode]
  await know(desk, den)
  await house.pass(11_000)
  const told = await house.while(
    desk.operations.ask({ who: 'den' }, signal).then(
      () => 'answered',
      (error: Error) => error.message
    )
  )
  t.match(told, `through hall: ${den.peer} refuses a circuit (denied)`)
})
