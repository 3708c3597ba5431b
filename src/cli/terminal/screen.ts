import { type Cancel, type Clock, every } from '../../clock.ts'
import type { Terminal } from './terminal.ts'

// xterm control sequences: the alternate screen (1049) and the cursor (25).
const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?1049l\x1b[?25h'
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

export interface ScreenOptions {
  readonly terminal: Terminal
  readonly clock: Clock
  /** The current lines; those that do not fit are counted in the last line. */
  draw(): readonly string[]
  /** Minimum milliseconds between frames; 100 unless given. */
  readonly frame?: number
  /** Milliseconds after which it is redrawn without a change, because it shows ages; 1000 unless given. */
  readonly tick?: number
}

/**
 * A screen that is redrawn in place. leave() restores the terminal and prints the last frame below the command
 * line.
 */
export class Screen {
  readonly #options: ScreenOptions
  readonly #frame: number
  #cancels: Cancel[] = []
  #pending: Cancel | undefined
  #last = -Infinity
  #open = false

  constructor(options: ScreenOptions) {
    this.#options = options
    this.#frame = options.frame ?? 100
  }

  enter(): void {
    const { terminal, clock, tick = 1000 } = this.#options
    this.#open = true
    terminal.stdout.write(ENTER)
    const resized = (): void => this.changed()
    terminal.stdout.on?.('resize', resized)
    process.once('exit', this.leave)
    this.#cancels = [
      every(clock, tick, resized),
      () => terminal.stdout.off?.('resize', resized),
      () => process.removeListener('exit', this.leave)
    ]
    this.changed()
  }

  /** Draws now, or when the current frame ends. */
  changed(): void {
    if (!this.#open || this.#pending !== undefined) return
    const { clock } = this.#options
    const wait = this.#last + this.#frame - clock.monotonic()
    if (wait <= 0) this.#draw()
    else this.#pending = clock.after(wait, () => this.#draw())
  }

  /** Restores the terminal, also when the process exits. Idempotent. */
  readonly leave = (): void => {
    if (!this.#open) return
    this.#open = false
    this.#pending?.()
    for (const cancel of this.#cancels) cancel()
    const { terminal, draw } = this.#options
    terminal.stdout.write(LEAVE)
    terminal.lines(draw())
  }

  #draw(): void {
    const { terminal, clock, draw } = this.#options
    this.#pending = undefined
    this.#last = clock.monotonic()
    const lines = fitting(draw(), terminal.height)
    // Cleared before, not after: clearing behind a line of full width would remove its last character.
    const text = lines.map((line) => `${CLEAR_LINE}${line}`).join('\r\n')
    terminal.stdout.write(`${HOME}${text}${CLEAR_BELOW}`)
  }
}

function fitting(lines: readonly string[], height: number): readonly string[] {
  if (lines.length <= height) return lines
  return [...lines.slice(0, height - 1), `… ${lines.length - height + 1} more`]
}
