import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { ConnectionMonitor } from '../../../src/node/network/connection-monitor.ts'

const A = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'

/** A connection on which no stream can be opened. */
function broken(address: string, error: Error) {
  const seen = { pings: 0, aborted: false }
  const connection = {
    remoteAddr: multiaddr(address),
    status: 'open',
    newStream: () => {
      seen.pings++
      return Promise.reject(error)
    },
    abort: () => {
      seen.aborted = true
    }
  } as unknown as Connection
  return { connection, seen }
}

function monitored(clock: VirtualClock, ...connections: Connection[]): ConnectionMonitor {
  const connectionManager = { getConnections: () => connections }
  return new ConnectionMonitor({ clock, interval: 1000, timeout: 500 }, { connectionManager })
}

t.test('circuits are not pinged, direct connections that fail are aborted', async (t) => {
  const clock = new VirtualClock()
  const direct = broken('/memory/a', new Error('no'))
  const circuit = broken(`/p2p/${A}/p2p-circuit/p2p/${A}`, new Error('no'))
  const twofold = broken(`/p2p/${A}/p2p-circuit/p2p/${A}/p2p-circuit/p2p/${A}`, new Error('no'))
  const monitor = monitored(clock, direct.connection, circuit.connection, twofold.connection)
  monitor.start()
  await clock.advance(1000)
  t.same(direct.seen, { pings: 1, aborted: true })
  for (const { seen } of [circuit, twofold]) t.same(seen, { pings: 0, aborted: false })
  monitor.stop()
  await clock.advance(5000)
  t.equal(direct.seen.pings, 1)
})

t.test('a peer without ping has answered', async (t) => {
  const clock = new VirtualClock()
  const unsupported = Object.assign(new Error('no'), { name: 'UnsupportedProtocolError' })
  const { connection, seen } = broken('/memory/a', unsupported)
  const monitor = monitored(clock, connection)
  monitor.start()
  await clock.advance(1000)
  monitor.stop()
  t.notOk(seen.aborted)
  t.type(connection.rtt, 'number')
})
