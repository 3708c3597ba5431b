import { jsonLine } from '../../node/log/sanitize.ts'
import type { Environment } from '../home.ts'
import { type AnsiStyle, coloured, plain } from './ansi-style.ts'

/** The part of a stream such as process.stdout that is used. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  /** Whether a reader is behind, as streams say it; 'drain' tells when it has caught up. */
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

/** Where a command's words go: answers to stdout, remarks to stderr. */
export class Terminal {
  readonly stdout: Sink
  /** Whether a person sees the output as it comes: then it may be coloured and redrawn. */
  readonly live: boolean
  readonly ansi: AnsiStyle
  readonly #stderr: Sink

  constructor(options: TerminalOptions) {
    this.stdout = options.stdout
    this.#stderr = options.stderr
    const { NO_COLOR, TERM } = options.environment
    this.live = options.stdout.isTTY === true && TERM !== 'dumb'
    // no-color.org: present and not empty.
    const colour = this.live && options.plain !== true && (NO_COLOR === undefined || NO_COLOR === '')
    this.ansi = colour ? coloured : plain
  }

  /** Columns; a pipe has no end. */
  get width(): number {
    return this.stdout.isTTY === true ? (this.stdout.columns ?? 80) : Infinity
  }

  get height(): number {
    // A terminal of no size (a pty that nobody set) is as good as none that tells.
    return this.stdout.rows || 24
  }

  line(text: string): void {
    this.stdout.write(`${text}\n`)
  }

  lines(texts: readonly string[]): void {
    if (texts.length > 0) this.stdout.write(`${texts.join('\n')}\n`)
  }

  json(value: unknown): void {
    this.line(jsonLine(value))
  }

  /** Waits for a slow reader: what comes without end is not gathered in memory. Ends with the signal, too. */
  async caughtUp(signal: AbortSignal): Promise<void> {
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

  /** A remark: never part of the answer. */
  remark(text: string): void {
    this.#stderr.write(`${text}\n`)
  }
}
