import { join } from 'node:path'
import { peerIdFromString } from '@libp2p/peer-id'
import type { ForgottenAddresses, SeriesView, Status } from '../../../src/node/api/operations.ts'
import {
  type FarNode,
  type Namespace,
  type Visitor,
  whyNoIptables
} from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, letPass, type Net, pathTo, type Scenario } from '../scenario.ts'

const DEN = '203.0.113.1'
const DESK = '203.0.113.20'
/** Of the hall: its own address, that of its router beside it, and that of its router outside. */
const HALL = '10.77.93.2'
const OUTSIDE = '203.0.113.10'
const PLACES = [HALL, '10.77.93.1', OUTSIDE]

interface Guest extends Visitor {
  readonly name: string
  readonly machine: Namespace
}

/** Whether bytes have an IPv4 address, as text or in binary. */
function tells(bytes: Buffer, address: string): boolean {
  const text = new RegExp(`(?<![\\d.])${address.replaceAll('.', '\\.')}(?!\\.?\\d)`)
  return text.test(bytes.toString('latin1')) || bytes.includes(Buffer.from(address.split('.').map(Number)))
}

async function guest(
  wide: Segment,
  name: string,
  own: string,
  relay: string,
  target: string
): Promise<Guest> {
  const machine = wide.machine(name, own)
  for (const place of [DEN, ...PLACES]) machine.countPackets(place)
  return { ...(await machine.visitor({ own, relay, target })), name, machine }
}

/** Checks what a guest received that hears of the hall, and is not in its book. */
async function learnsNothing(net: Net, hall: FarNode, { name, machine, collect }: Guest): Promise<void> {
  const { answered, received } = await collect()
  const bytes = Buffer.from(received, 'base64')
  console.log(`    ${name}: ${bytes.length} bytes, ${machine.packets(DEN)} packets; ${answered.join(', ')}`)
  for (const what of ['identify', 'neighbours', 'find', 'reserve', 'dht'])
    net.check(`${name}: the relay answers ${what}`, answered.includes(`relay ${what}`))
  const peer = Buffer.from(peerIdFromString(hall.peer).toMultihash().bytes)
  net.check(`${name} hears of the node`, bytes.includes(peer))
  net.check(`${name} gets no circuit to it`, !answered.some((one) => one.startsWith('circuit')))
  for (const place of PLACES) net.check(`${name} is not told ${place}`, !tells(bytes, place))
  const packets = PLACES.map((place) => machine.packets(place))
  net.check(`${name} sees no packet of it`, packets.every((count) => count === 0) && machine.packets(DEN) > 0)
}

export const strangers: Scenario = {
  name: 'who asks a relay for a node learns none of its addresses, but for peers of its book',
  deadline: 90,
  whyNot: whyNoIptables,
  async run(net) {
    const home = join(net.folder(), 'hall')
    const wide = net.use(new Segment('wide'))
    const hallMachine = wide.behindRouter('hall', '10.77.93', OUTSIDE)
    const [den, desk] = await Promise.all([
      wide
        .machine('den', DEN)
        .node({ hurry: 1, config: { relay: { serve: 'anyone' }, dht: { serve: true } } }),
      wide.machine('desk', DESK).node({ hurry: 1 })
    ])
    const atDen = addressAt(DEN, den)
    const startHall = (): Promise<FarNode> =>
      hallMachine.node({ hurry: 1, home, config: { relays: [atDen], dht: { bootstrap: [atDen] } } })
    const before = await startHall()
    await before.call('bookPut', { name: 'den', who: den.peer })
    await den.call('bookPut', { name: 'hall', who: before.peer })
    // Who opens a connection to a peer of its book tells it once where it is.
    await before.kill()
    const hall = await startHall()
    await net.within(15, 'the relay holds its reservation', async () =>
      Boolean((await hall.call<Status>('status')).relays?.[0]?.held)
    )

    await hall.call('bookPut', { name: 'desk', who: desk.peer })
    await desk.call('bookPut', { name: 'hall', who: hall.peer, relays: [atDen] })
    await net.within(
      20,
      'who is in its book reaches it by name',
      async () => (await desk.call<SeriesView[]>('ask', { who: 'hall' })).length > 0
    )
    const { counters } = await den.call<Status>('status')
    net.check('over the relay', (counters['relay.serve-carried'] ?? 0) > 0)
    await net.within(5, 'the path becomes direct', async () => (await pathTo(desk, hall))?.kind === 'direct')

    const [stranger, acquaintance, friend] = await Promise.all([
      guest(wide, 'stranger', '203.0.113.31', atDen, hall.peer),
      guest(wide, 'acquaintance', '203.0.113.32', atDen, hall.peer),
      guest(wide, 'friend', '203.0.113.33', atDen, hall.peer)
    ])
    await den.call('bookPut', { name: 'acquaintance', who: acquaintance.peer })
    for (const node of [den, hall]) await node.call('bookPut', { name: 'friend', who: friend.peer })
    await Promise.all([stranger, acquaintance, friend].map(({ visit }) => visit()))
    await net.within(15, 'the same questions tell a peer of its book', async () => {
      const { answered, received } = await friend.collect()
      return answered.includes('circuit addresses') && tells(Buffer.from(received, 'base64'), HALL)
    })
    await net.within(15, 'to which it connects', async () => friend.machine.packets(OUTSIDE) > 0)
    await letPass(2)
    for (const one of [stranger, acquaintance]) await learnsNothing(net, hall, one)
    const known = await den.call<ForgottenAddresses[]>('peersForget', 'hall')
    net.check(
      'and the relay knows where it is',
      known.some(({ addresses }) => addresses.some((one) => one.includes(HALL)))
    )
  }
}
