import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Cancel, Clock } from '../../clock.ts'
import { type Key, KeyDecoder } from './keys.ts'

/** A terminal that keys come from: process.stdin, where it is one. */
export interface KeySource extends Readable {
  readonly isTTY: true
  setRawMode(raw: boolean): unknown
}

export function isKeySource(input: Readable): input is KeySource {
  return 'isTTY' in input && input.isTTY === true && 'setRawMode' in input
}

/** Milliseconds after which a lone escape is the key: over SSH the rest of a sequence may come later. */
const ESCAPE_MS = 50

export interface KeyboardOptions {
  readonly input: KeySource
  readonly clock: Clock
  onKey(key: Key): void
  /** No key will come: the terminal is gone. */
  onEnd(): void
}

/** Keys of a terminal in raw mode, from open() to close(); both may be called again. */
export class Keyboard {
  readonly #options: KeyboardOptions
  #text = new StringDecoder('utf8')
  #keys = new KeyDecoder()
  #escape: Cancel | undefined
  #open = false

  constructor(options: KeyboardOptions) {
    this.#options = options
  }

  open(): void {
    if (this.#open) return
    this.#open = true
    const { input, onEnd } = this.#options
    this.#text = new StringDecoder('utf8')
    this.#keys = new KeyDecoder()
    input.setRawMode(true)
    input.on('data', this.#read).on('end', onEnd).off('error', onEnd).on('error', onEnd)
    input.resume()
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    const { input, onEnd } = this.#options
    this.#escape?.()
    input.pause()
    // 'error' stays: a terminal that is gone may say so late.
    input.off('data', this.#read).off('end', onEnd)
    if (!input.destroyed) input.setRawMode(false)
  }

  readonly #read = (data: Buffer | string): void => {
    const { clock } = this.#options
    this.#escape?.()
    this.#hand(this.#keys.add(typeof data === 'string' ? data : this.#text.write(data)))
    if (this.#open && this.#keys.pending)
      this.#escape = clock.after(ESCAPE_MS, () => this.#hand(this.#keys.flush()))
  }

  #hand(keys: readonly Key[]): void {
    for (const key of keys) if (this.#open) this.#options.onKey(key)
  }
}
