import type { Connection } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { AddressDialer } from '../../../src/peer/dialing/address-dialer.ts'

const never = new AbortController().signal
const PEER = '/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const [HOLE, GOOD, CLOSED] = ['20', '21', '22'].map((host) =>
  multiaddr(`/ip4/192.168.1.${host}/tcp/4001${PEER}`)
) as [Multiaddr, Multiaddr, Multiaddr]

function bench() {
  const clock = new VirtualClock()
  const connection = {} as Connection
  const dials: string[] = []
  const dialer = new AddressDialer({
    clock,
    addressTimeout: 3000,
    async dial(address, signal) {
      dials.push(`${clock.monotonic()} ${address.getComponents()[0]?.value}`)
      if (address === CLOSED) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
      await clock.sleep(address === HOLE ? 60_000 : 10, signal)
      return connection
    }
  })
  const lines: string[] = []
  const dial = (addresses: readonly Multiaddr[], signal = never) =>
    dialer.dial(addresses, signal, (line) => lines.push(line))
  return { clock, connection, dials, lines, dial }
}

t.test('an address without an answer holds up the next one by a quarter of a second', async (t) => {
  const { clock, connection, dials, dial } = bench()
  const dialled = dial([HOLE, GOOD])
  await clock.advance(260)
  t.equal(await dialled, connection)
  t.same(dials, ['0 192.168.1.20', '250 192.168.1.21'])
})

t.test('one that refuses holds up nothing', async (t) => {
  const { clock, connection, dials, lines, dial } = bench()
  const dialled = dial([CLOSED, GOOD, HOLE])
  await clock.advance(10)
  t.equal(await dialled, connection)
  t.same(dials, ['0 192.168.1.22', '0 192.168.1.21'])
  t.same(lines, ['192.168.1.22: connection refused'])
})

t.test('why none was reached is reported for each', async (t) => {
  const { clock, lines, dial } = bench()
  const failed = t.rejects(dial([HOLE, CLOSED]), { name: 'AllReported' })
  await clock.advance(3000)
  await failed
  t.same(lines, ['192.168.1.22: connection refused', '192.168.1.20: no answer within 3 s'])
  await t.rejects(dial([]), { name: 'NoAddress' })
})

t.test('an address that is dialled already is not dialled twice', async (t) => {
  const { clock, connection, dials, dial } = bench()
  const stopping = new AbortController()
  const left = t.rejects(dial([GOOD], stopping.signal), /stop/)
  const dialled = dial([GOOD])
  stopping.abort(new Error('stop'))
  await left
  await clock.advance(10)
  t.equal(await dialled, connection)
  t.same(dials, ['0 192.168.1.21'])
})
