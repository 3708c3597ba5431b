import type { Clock } from '../../clock.ts'
import type { Log, LogFields } from '../../log.ts'
import { Notifier } from '../../notifier.ts'
import { entryLine } from './entry-line.ts'

type Level = 'info' | 'warn' | 'error'

export interface RecentLinesInit {
  readonly clock: Clock
  /** Lines that are kept. */
  readonly lines: number
  /** Bytes to which a line is cut. */
  readonly lineBytes: number
}

/** The newest lines of the log, as JSON: what those who may configure this node read from afar. */
export class RecentLines {
  readonly #init: RecentLinesInit
  readonly #lines: string[] = []
  readonly #followers = new Set<Notifier>()
  /** How many lines came before the first that is kept. */
  #gone = 0

  constructor(init: RecentLinesInit) {
    this.#init = init
  }

  /** A log that keeps its lines here, too, but for those of debug. */
  tee(log: Log): Log {
    const at =
      (level: Level): Log[Level] =>
      (message, fields) => {
        this.#add(level, message, fields)
        log[level](message, fields)
      }
    return {
      debug: (message, fields) => log.debug(message, fields),
      info: at('info'),
      warn: at('warn'),
      error: at('error')
    }
  }

  /** The last `n`, the oldest first. */
  last(n: number): readonly string[] {
    return n === 0 ? [] : this.#lines.slice(-n)
  }

  /** The last `n`, then each that comes; for those that came faster than they are taken `{ "lost": number }`. */
  async *follow(n: number, signal: AbortSignal): AsyncGenerator<string, void, void> {
    const news = new Notifier()
    const wake = (): void => news.notify()
    let next = this.#gone + Math.max(0, this.#lines.length - n)
    this.#followers.add(news)
    signal.addEventListener('abort', wake, { once: true })
    try {
      for (;;) {
        signal.throwIfAborted()
        const lost = this.#gone - next
        if (lost > 0) {
          next = this.#gone
          yield JSON.stringify({ lost })
        }
        const line = this.#lines[next - this.#gone]
        if (line === undefined) await news.wait()
        else {
          next += 1
          yield line
        }
      }
    } finally {
      signal.removeEventListener('abort', wake)
      this.#followers.delete(news)
    }
  }

  #add(level: Level, msg: string, fields: LogFields | undefined): void {
    const { clock, lines, lineBytes } = this.#init
    const time = clock.now()
    const whole = entryLine({ level, time, fields, msg })
    // A character has at most three bytes here, or six as an escape.
    const cut =
      whole.length <= lineBytes ? whole : entryLine({ level, time, msg: msg.slice(0, lineBytes / 6) })
    this.#lines.push(cut)
    if (this.#lines.length > lines) {
      this.#lines.shift()
      this.#gone += 1
    }
    for (const follower of this.#followers) follower.notify()
  }
}
