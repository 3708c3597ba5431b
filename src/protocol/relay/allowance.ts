import type { ConnectionLimits } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import type { Limit } from './codec.ts'

/** The duration that js-libp2p's relay tells by default: milliseconds where seconds are meant (docs/network.md trap 29). */
const MILLISECONDS_FOR_SECONDS = 120_000

/**
 * What is left of a circuit, counted as the relay does: the bytes of both directions, and the seconds by the monotonic
 * clock. A relay that counts each direction for itself (go-libp2p) allows more. Never absent: with limits, however
 * wide, libp2p keeps gossip off a connection (docs/network.md trap 23).
 * @param carried bytes that went over it so far, both ways
 */
export function allowanceOf(limit: Limit | undefined, clock: Clock, carried: () => number): ConnectionLimits {
  const { seconds = 0, bytes = 0 } = limit ?? {}
  const lasts = seconds === MILLISECONDS_FOR_SECONDS ? seconds / 1000 : seconds
  const endsAt = clock.monotonic() + lasts * 1000
  return {
    get bytes() {
      return bytes === 0 ? undefined : BigInt(Math.max(0, bytes - carried()))
    },
    get seconds() {
      return lasts === 0 ? undefined : Math.max(0, Math.round((endsAt - clock.monotonic()) / 1000))
    }
  } as ConnectionLimits
}
