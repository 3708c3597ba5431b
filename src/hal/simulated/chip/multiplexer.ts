import type { ChipModel } from '../model.ts'

/**
 * The model of a TCA9548A (SCPS207): the last byte written is its control register, with one bit for
 * each channel; every byte read is that register.
 */
export class SimulatedMultiplexer<Segment> {
  readonly #segments = new Map<number, Segment>()
  #control = 0

  /** Power-on disconnects all channels. */
  readonly model = (): ChipModel => {
    this.#control = 0
    return {
      write: (bytes) => {
        this.#control = bytes.at(-1) ?? this.#control
      },
      read: (count) => new Uint8Array(count).fill(this.#control)
    }
  }

  /** What is wired to a channel, made at its first use. */
  segment(channel: number, make: () => Segment): Segment {
    const segment = this.#segments.get(channel) ?? make()
    this.#segments.set(channel, segment)
    return segment
  }

  /** What is wired to the connected channels. */
  connected(): Segment[] {
    return [...this.#segments].flatMap(([channel, segment]) =>
      (this.#control >> channel) & 1 ? [segment] : []
    )
  }
}
