import type { Clock } from '../../../src/clock.ts'
import type {
  ConnectionFacts,
  ControlListener,
  ControlStream
} from '../../../src/protocol/datagram/control/stream.ts'

/** One end of a control stream in memory, in the clock's time: in order, and what is lost on the way comes late. */
export class TestControlStream implements ControlStream {
  readonly facts: ConnectionFacts
  readonly #clock: Clock
  readonly #delay: () => number
  readonly #early: Buffer[] = []
  /** Every frame sent from this end. */
  readonly sent: Buffer[] = []
  /** Looks at a frame before it travels; false loses it, as no honest stream does. */
  filter: (frame: Buffer) => boolean = () => true
  #other: TestControlStream | undefined
  #listener: ControlListener | undefined
  #open = true
  /** When the last frame arrives, on the monotonic clock: none overtakes another. */
  #arrivesAt = 0
  #stalled = false

  constructor(clock: Clock, delay: () => number, facts: ConnectionFacts) {
    this.#clock = clock
    this.#delay = delay
    this.facts = facts
  }

  get isOpen(): boolean {
    return this.#open
  }

  get writable(): boolean {
    return this.#open && !this.#stalled
  }

  join(other: TestControlStream): void {
    this.#other = other
  }

  send(frame: Uint8Array): void {
    if (!this.#open) return
    const bytes = Buffer.from(frame)
    this.sent.push(bytes)
    if (!this.filter(bytes)) return
    const now = this.#clock.monotonic()
    this.#arrivesAt = Math.max(this.#arrivesAt, now + this.#delay())
    this.#clock.after(this.#arrivesAt - now, () => this.#other?.arrive(bytes))
  }

  listen(listener: ControlListener): void {
    this.#listener = listener
    if (this.#early.length > 0) {
      this.#clock.after(0, () => {
        for (const frame of this.#early.splice(0)) this.arrive(frame)
      })
    }
  }

  reset(): void {
    if (!this.#open) return
    this.#open = false
    this.#clock.after(0, () => this.#listener?.ended())
    this.#clock.after(this.#delay(), () => this.#other?.reset())
  }

  arrive(frame: Buffer): void {
    if (!this.#open) return
    if (this.#listener === undefined || this.#early.length > 0) this.#early.push(frame)
    else this.#listener.frame(frame)
  }

  stall(): void {
    this.#stalled = true
  }

  resume(): void {
    this.#stalled = false
    this.#listener?.drain()
  }
}
