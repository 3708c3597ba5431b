import type { Clock } from '../../../clock.ts'
import type { DatagramSource } from '../../../hal/datagram-socket.ts'
import { TokenBucket } from '../../../token-bucket.ts'
import { MAX_PACKET, MIN_PACKET } from '../constants.ts'
import type { Counters, DropReason } from '../counters.ts'
import type { ConnectionIds } from './connection-ids.ts'
import { packetNumber } from './packet.ts'
import type { ReceiveKey } from './receive-key.ts'

/**
 * Checks each UDP datagram, cheapest check first. One that fails is dropped and counted, and never
 * answered.
 */
export class PacketReceiver {
  readonly #clock: Clock
  readonly #ids: ConnectionIds
  readonly #counters: Counters
  readonly #failures: TokenBucket

  /** @param failedOpens forged packets that the whole node decrypts a second */
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
    // Nothing can be sent to port 0 (RFC 768): no path leads there.
    if (from.address !== key.owner.host || from.port === 0) return 'source'
    if (!key.window.admits(packetNumber(packet))) return 'replay'
    return this.#decrypt(packet, key, from.port, this.#clock.monotonic())
  }

  #decrypt(packet: Buffer, key: ReceiveKey, fromPort: number, now: number): DropReason | undefined {
    if (!this.#mayFail(key, now)) {
      key.owner.flooded(key)
      return 'discarded'
    }
    const plain = key.decrypt(packet)
    if (plain === undefined) {
      key.failures.take(now)
      this.#failures.take(now)
      return 'forged'
    }
    key.owner.packet(plain, key, fromPort, now)
    return undefined
  }

  /** While the whole node is flooded, keys without recent forgeries are served all the same. */
  #mayFail(key: ReceiveKey, now: number): boolean {
    return key.failures.has(now) && (this.#failures.has(now) || key.failures.full(now))
  }
}
