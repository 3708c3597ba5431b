import t, { type Test } from 'tap'
import type { PeerView } from '../../src/node/api/operations.ts'
import { type FarNode, Namespace, whyNoNamespaces } from '../support/namespaces/namespaces.ts'

t.setTimeout(120_000)

/** How often a list of peers is asked for until it is as it should be; answers are used for 6 real seconds here. */
const LOOKS = 40
const PAUSE_MS = 500

interface Networks {
  readonly thermometer: FarNode
  readonly both: FarNode
  readonly guest: FarNode
  readonly otherGuest: FarNode
}

/** A home with a thermometer, a network of two guests, and a node with a cable into each. */
async function homeAndGuests(t: Test): Promise<Networks> {
  const [thermometer, both, guest, otherGuest] = ['t', 'both', 'g1', 'g2'].map((name) => new Namespace(name))
  if (!thermometer || !both || !guest || !otherGuest) throw new Error('four were made')
  t.teardown(() => [thermometer, both, guest, otherGuest].map((one) => one.end()))
  Namespace.cable(thermometer, '10.1.0.2/24', both, '10.1.0.1/24')
  both.ip('link', 'add', 'wifi', 'type', 'bridge')
  both.ip('addr', 'add', '10.2.0.1/24', 'dev', 'wifi')
  both.ip('link', 'set', 'wifi', 'up')
  plug(guest, '10.2.0.2/24', both)
  plug(otherGuest, '10.2.0.3/24', both)
  const nodes = await Promise.all([thermometer, both, guest, otherGuest].map((one) => one.node({})))
  const [atHome, between, first, second] = nodes
  if (!atHome || !between || !first || !second) throw new Error('four were started')
  await atHome.call('dial', addressAt('10.1.0.1', between))
  await first.call('dial', addressAt('10.2.0.1', between))
  await second.call('dial', addressAt('10.2.0.1', between))
  return { thermometer: atHome, both: between, guest: first, otherGuest: second }
}

/** Joins a guest with the bridge of the node between. */
function plug(guest: Namespace, address: string, both: Namespace): void {
  const port = `to-${guest.label}`
  guest.ip('link', 'add', 'wifi', 'type', 'veth', 'peer', 'name', port, 'netns', both.name)
  guest.ip('addr', 'add', address, 'dev', 'wifi')
  guest.ip('link', 'set', 'wifi', 'up')
  both.ip('link', 'set', port, 'master', 'wifi')
  both.ip('link', 'set', port, 'up')
}

function addressAt(host: string, { peer }: FarNode): string {
  return `/ip4/${host}/tcp/4001/p2p/${peer}`
}

async function pathsOf(node: FarNode): Promise<Record<string, string | readonly string[]>> {
  const peers = await node.call<PeerView[]>('peers')
  return Object.fromEntries(peers.map(({ peer, path }) => [peer, path.hops ?? path.kind]))
}

/** Looks until the paths of a node are these. */
async function become(
  t: Test,
  node: FarNode,
  wanted: Record<string, string | string[]>,
  name: string
): Promise<void> {
  let paths: Record<string, string | readonly string[]> = {}
  for (let look = 0; look < LOOKS; look++) {
    paths = await pathsOf(node)
    if (isSame(paths, wanted)) break
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  t.strictSame(paths, wanted, name)
}

function isSame(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  const sorted = (record: Record<string, unknown>): string => JSON.stringify(Object.entries(record).sort())
  return sorted(one) === sorted(other)
}

t.test(
  'a guest hears of guests; of the home once it is in the book',
  { skip: whyNoNamespaces() },
  async (t) => {
    const { thermometer, both, guest, otherGuest } = await homeAndGuests(t)
    await become(
      t,
      guest,
      { [both.peer]: 'direct', [otherGuest.peer]: [both.peer] },
      'a stranger hears of those on its own link'
    )
    await become(t, thermometer, { [both.peer]: 'direct' }, 'the home hears of no guest')
    await guest.call('bookPut', { name: 'thermometer', who: thermometer.peer })
    t.equal((await pathsOf(guest))[thermometer.peer], 'none', 'a search for a stranger finds nothing there')
    await both.call('bookPut', { name: 'guest', who: guest.peer })
    await become(
      t,
      guest,
      { [both.peer]: 'direct', [otherGuest.peer]: [both.peer], [thermometer.peer]: [both.peer] },
      'a peer of the book hears of both networks'
    )
  }
)
