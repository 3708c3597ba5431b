import type { ChipModel } from '../model.ts'

/**
 * The model of a TCA9548A (SCPS207): any byte written is its control register, a bit a channel, and any byte
 * read is that too.
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

  /** What is wired to a channel, made when it is first asked for. */
  segment(channel: number, make: () => Segment): Segment {
    const segment = this.#segments.get(channel) ?? make()
    this.#segments.set(channel, segment)
    return segment
  }

  /** What is wired to the channels that are connected now. */
  connected(): Segment[] {
    return [...this.#segments].flatMap(([channel, segment]) =>
      (this.#control >> channel) & 1 ? [segment] : []
    )
  }
}
