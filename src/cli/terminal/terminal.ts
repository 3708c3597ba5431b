import { jsonLine } from '../../node/log/sanitize.ts'
import type { Environment } from '../home.ts'
import { type AnsiStyle, coloured, plain } from './ansi-style.ts'
import { asciiText, isAsciiLocale } from './ascii.ts'
import { wrapped } from './wrap.ts'

/** The part of a stream such as process.stdout that is used. */
export interface Sink {
  write(text: string | Uint8Array): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  /** Whether the write buffer is full, as in node:stream; 'drain' follows when it is empty. */
  readonly writableNeedDrain?: boolean
  once?(event: 'drain', listener: () => void): unknown
  on?(event: 'resize', listener: () => void): unknown
  off?(event: 'resize' | 'drain', listener: () => void): unknown
}

export interface TerminalOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly environment: Environment
  /** Whether --no-color was given. */
  readonly plain?: boolean
}

/** The output of a command: answers go to stdout, remarks to stderr. */
export class Terminal {
  readonly stdout: Sink
  /** Whether stdout is a terminal that can be coloured and redrawn. */
  readonly live: boolean
  readonly ansi: AnsiStyle
  /** Whether stdout is a terminal that shows ASCII only; a pipe has UTF-8 always, so that scripts read the same. */
  readonly ascii: boolean
  readonly #stderr: Sink
  readonly #asciiErrors: boolean

  constructor(options: TerminalOptions) {
    this.stdout = options.stdout
    this.#stderr = options.stderr
    const { NO_COLOR, TERM } = options.environment
    const isAscii = isAsciiLocale(options.environment)
    this.ascii = isAscii && options.stdout.isTTY === true
    this.#asciiErrors = isAscii && options.stderr.isTTY === true
    this.live = options.stdout.isTTY === true && TERM !== 'dumb'
    // no-color.org: present and not empty.
    const colour = this.live && options.plain !== true && (NO_COLOR === undefined || NO_COLOR === '')
    this.ansi = colour ? coloured : plain
  }

  /** Columns; Infinity for a pipe. */
  get width(): number {
    // A serial console has no size, and reports 0 columns.
    return columnsOf(this.stdout)
  }

  get height(): number {
    // A pty without a size reports 0 rows.
    return this.stdout.rows || 24
  }

  line(text: string): void {
    this.write(`${text}\n`)
  }

  lines(texts: readonly string[]): void {
    if (texts.length > 0) this.write(`${texts.join('\n')}\n`)
  }

  /** Sentences and labelled values: a line that the terminal has no room for is broken between words. */
  prose(texts: readonly string[]): void {
    this.lines(texts.map((text) => inLines(text, this.width)))
  }

  write(text: string): void {
    this.stdout.write(this.ascii ? asciiText(text) : text)
  }

  bytes(data: Uint8Array): void {
    this.stdout.write(data)
  }

  json(value: unknown): void {
    this.stdout.write(`${jsonLine(value)}\n`)
  }

  /** Resolves when the write buffer is empty, so that a slow reader bounds memory, or when the signal aborts. */
  async drained(signal: AbortSignal): Promise<void> {
    const { stdout } = this
    if (stdout.writableNeedDrain !== true || signal.aborted) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        stdout.off?.('drain', end)
        signal.removeEventListener('abort', end)
        resolve()
      }
      stdout.once?.('drain', end)
      signal.addEventListener('abort', end, { once: true })
    })
  }

  /** Writes the error that ends the command to stderr; JSON as it is. */
  error(text: string, isJson: boolean): void {
    if (isJson) this.#stderr.write(`${text}\n`)
    else this.remark(text)
  }

  /** Writes a line to stderr: it is not part of the answer. */
  remark(text: string): void {
    const lines = inLines(text, columnsOf(this.#stderr))
    this.#stderr.write(`${this.#asciiErrors ? asciiText(lines) : lines}\n`)
  }
}

function columnsOf({ isTTY, columns }: Sink): number {
  return isTTY === true ? columns || 80 : Infinity
}

function inLines(text: string, width: number): string {
  return width === Infinity
    ? text
    : text
        .split('\n')
        .flatMap((line) => wrapped(line, width))
        .join('\n')
}
