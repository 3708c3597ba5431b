/** Why a datagram or a frame was dropped; each has its counter. */
export const dropReasons = [
  // Received over UDP, in the order of the checks.
  'length',
  'unknown-cid',
  'source',
  'replay',
  'discarded',
  'forged',
  'unknown-flow',
  'too-big',
  'bad-control',
  'probe-token',
  'probe-rate',
  // Received on the stream.
  'stream-unknown-flow',
  'bad-frame',
  // Not sent.
  'not-open',
  'rate',
  'unvalidated',
  'ring-full',
  'ring-age',
  'relay-limit',
  'socket',
  // Refused.
  'flows',
  'sessions',
  // A receiver of ours threw.
  'receiver'
] as const

export type DropReason = (typeof dropReasons)[number]

/** What went by each carrier. Datagrams, not bytes. */
export interface Traffic {
  sentUdp: number
  sentStream: number
  receivedUdp: number
  receivedStream: number
}

/** Counts of one node since its start. */
export class Counters {
  readonly traffic: Traffic = { sentUdp: 0, sentStream: 0, receivedUdp: 0, receivedStream: 0 }
  readonly drops: Record<DropReason, number>
  readonly #onDrop: (reason: DropReason) => void

  /** @param onDrop called after each count */
  constructor(onDrop: (reason: DropReason) => void = () => {}) {
    this.drops = Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<DropReason, number>
    this.#onDrop = onDrop
  }

  drop(reason: DropReason): void {
    this.drops[reason]++
    this.#onDrop(reason)
  }
}
