import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { PlaceBackoff } from '../../../src/peer/dialing/place-backoff.ts'

function places(): { clock: VirtualClock; places: PlaceBackoff } {
  const clock = new VirtualClock()
  return { clock, places: new PlaceBackoff({ clock, random: () => 1, min: 1000, max: 60_000 }) }
}

const HALL = multiaddr('/ip4/192.168.1.2/tcp/4001')

t.test(
  'a host and port that failed is left alone, longer each time, whoever is said to be there',
  async (t) => {
    const { clock, places: backoff } = places()
    t.equal(backoff.isDue(HALL), true)
    backoff.failed(HALL)
    t.equal(
      backoff.isDue(
        multiaddr('/ip4/192.168.1.2/tcp/4001/p2p/12D3KooWGXmjNsufTX1cpSGxSNQbYeCr34RznLGQjeoLMbEJj9Zy')
      ),
      false
    )
    await clock.advance(1000)
    t.equal(backoff.isDue(HALL), true)
    backoff.failed(HALL)
    await clock.advance(1999)
    t.equal(backoff.isDue(HALL), false)
    await clock.advance(1)
    t.equal(backoff.isDue(HALL), true)
    for (let i = 0; i < 20; i++) backoff.failed(HALL)
    await clock.advance(60_000)
    t.equal(backoff.isDue(HALL), true, 'at most the maximum')
  }
)

t.test('other ports and hosts are other places; one that was reached begins anew', async (t) => {
  const { places: backoff } = places()
  backoff.failed(HALL)
  t.equal(backoff.isDue(multiaddr('/ip4/192.168.1.2/tcp/4002')), true)
  t.equal(backoff.isDue(multiaddr('/ip4/192.168.1.3/tcp/4001')), true)
  backoff.reached(HALL)
  t.equal(backoff.isDue(HALL), true)
})
