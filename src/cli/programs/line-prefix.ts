import { StringDecoder } from 'node:string_decoder'
import { sanitize } from '../../node/log/sanitize.ts'

/** Characters of a line; a longer one is written in parts. */
const MAX_LINE = 1000

/** Cuts bytes into lines and hands each on with a prefix, without control characters. */
export class LinePrefix {
  readonly #prefix: string
  readonly #write: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  constructor(prefix: string, write: (line: string) => void) {
    this.#prefix = prefix
    this.#write = write
  }

  push(bytes: Buffer): void {
    this.#take(this.#decoder.write(bytes))
  }

  /** The last line may have no end. */
  end(): void {
    this.#take(this.#decoder.end())
    if (this.#rest !== '') this.#line(this.#rest)
    this.#rest = ''
  }

  #take(text: string): void {
    const [first = '', ...more] = text.split('\n')
    this.#grow(first)
    for (const next of more) {
      this.#line(this.#rest)
      this.#rest = ''
      this.#grow(next)
    }
  }

  #grow(text: string): void {
    this.#rest += text
    for (; this.#rest.length > MAX_LINE; this.#rest = this.#rest.slice(MAX_LINE))
      this.#line(this.#rest.slice(0, MAX_LINE))
  }

  #line(text: string): void {
    this.#write(`${this.#prefix}${sanitize(text, MAX_LINE)}`)
  }
}
