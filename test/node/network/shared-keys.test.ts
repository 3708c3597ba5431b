import type { Connection, PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { Log } from '../../../src/log.ts'
import { silentLog } from '../../../src/log.ts'
import { besideUs, SharedKeys } from '../../../src/node/network/shared-keys.ts'

const SELF = '12D3KooWSelf'
const HALL = '12D3KooWHall'

/** Connections as libp2p has them; what answers on each host is a run. */
function bench(boots: Readonly<Record<string, string>>) {
  const clock = new VirtualClock()
  const events = new EventTarget()
  const connections: Connection[] = []
  const asked: string[] = []
  const warnings: string[] = []
  const log: Log = { ...silentLog, warn: (text) => void warnings.push(text) }
  const keys = new SharedKeys({
    libp2p: {
      getConnections: () => connections,
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events)
    } as ConstructorParameters<typeof SharedKeys>[0]['libp2p'],
    self: SELF,
    clock,
    log,
    deadline: 1000,
    labelOf: () => 'hall',
    async bootOf({ remoteAddr }) {
      const host = remoteAddr.getComponents()[0]?.value ?? ''
      asked.push(host)
      const boot = boots[host]
      if (boot === undefined) throw new Error('no answer')
      return boot
    }
  })
  keys.start()
  t.teardown(() => keys.stop())
  const open = async (host: string, port = 4001): Promise<void> => {
    const connection = {
      remotePeer: { toString: () => HALL } as PeerId,
      remoteAddr: multiaddr(`/ip4/${host}/tcp/${port}`),
      status: 'open'
    } as unknown as Connection
    connections.push(connection)
    events.dispatchEvent(new CustomEvent('connection:open', { detail: connection }))
    await clock.advance(0)
  }
  return { clock, keys, open, connections, asked, warnings }
}

t.test('two hosts with two runs of one key are reported once, with both addresses', async (t) => {
  const { keys, open, warnings, connections } = bench({ '10.0.0.2': 'a', '10.0.0.3': 'b' })
  await open('10.0.0.2')
  t.same(keys.all(), [])
  await open('10.0.0.3')
  t.same(keys.all(), [{ peer: HALL, addresses: ['10.0.0.3', '10.0.0.2'] }])
  connections.pop()
  await open('10.0.0.3')
  t.equal(warnings.length, 1)
  t.match(warnings[0], /the key of hall is used twice, at 10\.0\.0\.3 and 10\.0\.0\.2/)
})

t.test('one node with two interfaces is no matter, nor are two connections of one host', async (t) => {
  const { keys, open, asked } = bench({ '10.0.0.2': 'a', '192.168.0.2': 'a' })
  await open('10.0.0.2')
  await open('10.0.0.2', 4002)
  t.same(asked, [])
  await open('192.168.0.2')
  t.same(asked.toSorted(), ['10.0.0.2', '192.168.0.2'])
  t.same(keys.all(), [])
})

t.test('what does not answer proves nothing', async (t) => {
  const { keys, open } = bench({ '10.0.0.2': 'a' })
  await open('10.0.0.2')
  await open('10.0.0.3')
  t.same(keys.all(), [])
})

t.test('our own key elsewhere is reported, and removed an hour after it is repaired', async (t) => {
  const { clock, keys, warnings } = bench({})
  for (let i = 0; i < 10; i++) {
    keys.announced('10.0.0.1', '10.0.0.9')
    await clock.advance(10_000)
  }
  t.same(keys.all(), [{ peer: SELF, addresses: ['10.0.0.1', '10.0.0.9'] }])
  t.equal(warnings.length, 1)
  t.match(warnings[0], /the key of this node is used twice, at 10\.0\.0\.1 and 10\.0\.0\.9/)
  await clock.advance(3_600_000)
  t.same(keys.all(), [])
})

t.test('our own key in another process of this machine has other ports', async (t) => {
  const list = (...texts: string[]) => texts.map((text) => multiaddr(text))
  const own = list('/ip4/10.0.0.1/tcp/4001', '/ip6/fd00::1/tcp/4002')
  t.same(besideUs(list('/ip4/10.0.0.1/tcp/4777'), own), ['/ip4/10.0.0.1/tcp/4001', '/ip4/10.0.0.1/tcp/4777'])
  t.equal(besideUs(list('/ip4/10.0.0.1/tcp/4001'), own), undefined)
  t.equal(
    besideUs(list('/ip4/10.0.0.1/tcp/4777', '/ip6/fd00::1/tcp/4002'), own),
    undefined,
    'one port is ours'
  )
  t.equal(besideUs([], own), undefined)
  t.equal(besideUs(list('/ip4/10.0.0.1/tcp/4777'), []), undefined, 'we listen nowhere')
})
