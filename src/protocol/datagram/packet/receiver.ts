import type { Clock } from '../../../clock.ts'
import type { DatagramSource } from '../../../hal/datagram-socket.ts'
import { MAX_PACKET, MIN_PACKET } from '../constants.ts'
import type { Counters, DropReason } from '../counters.ts'
import { TokenBucket } from '../token-bucket.ts'
import type { ConnectionIds } from './connection-ids.ts'
import { packetNumber } from './packet.ts'
import type { ReceiveKey } from './receive-key.ts'

/**
 * What becomes of a UDP datagram, cheapest check first. A failure drops it, counts it, and answers
 * nothing, ever.
 */
export class PacketReceiver {
  readonly #clock: Clock
  readonly #ids: ConnectionIds
  readonly #counters: Counters
  readonly #failures: TokenBucket

  /** @param failedOpens forged packets opened a second by the whole node */
  constructor(clock: Clock, ids: ConnectionIds, counters: Counters, failedOpens: number) {
    this.#clock = clock
    this.#ids = ids
    this.#counters = counters
    this.#failures = new TokenBucket({ perSecond: failedOpens, burst: failedOpens })
  }

  receive(packet: Buffer, from: DatagramSource): void {
    const reason = this.#take(packet, from)
    if (reason !== undefined) this.#counters.drop(reason)
  }

  /** @returns why the packet was dropped; undefined if its owner has it */
  #take(packet: Buffer, from: DatagramSource): DropReason | undefined {
    if (packet.length < MIN_PACKET || packet.length > MAX_PACKET) return 'length'
    const key = this.#ids.find(packet)
    if (key === undefined || !key.usable) return 'unknown-cid'
    if (from.address !== key.owner.host) return 'source'
    if (!key.window.admits(packetNumber(packet))) return 'replay'
    return this.#open(packet, key, from.port, this.#clock.monotonic())
  }

  #open(packet: Buffer, key: ReceiveKey, fromPort: number, now: number): DropReason | undefined {
    if (!this.#mayFail(key, now)) {
      key.owner.flooded(key)
      return 'unread'
    }
    const plain = key.open(packet)
    if (plain === undefined) {
      key.failures.take(now)
      this.#failures.take(now)
      return 'forged'
    }
    key.owner.packet(plain, key, fromPort, now)
    return undefined
  }

  /** When the whole node is flooded, keys that nobody forges at are served all the same. */
  #mayFail(key: ReceiveKey, now: number): boolean {
    return key.failures.has(now) && (this.#failures.has(now) || key.failures.full(now))
  }
}
