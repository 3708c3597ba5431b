import { PassThrough } from 'node:stream'

/** A terminal that keys are written to, and whether it is in raw mode. */
export class FakeKeys extends PassThrough {
  readonly isTTY = true
  raw = false

  setRawMode(raw: boolean): this {
    this.raw = raw
    return this
  }
}
