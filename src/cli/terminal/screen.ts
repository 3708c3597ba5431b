import { type Cancel, type Clock, every } from '../../clock.ts'
import type { Keyboard } from './keyboard.ts'
import type { Terminal } from './terminal.ts'

// xterm control sequences: the alternate screen (1049) and the cursor (25).
const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?1049l\x1b[?25h'
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'
/** Half the milliseconds in which SIGTSTP must have stopped the process. */
const STOP_MS = 100

export interface ScreenOptions {
  readonly terminal: Terminal
  readonly clock: Clock
  /** The current lines; those that do not fit are counted in the last line. */
  draw(): readonly string[]
  /** What is printed below the command line at the end; draw() unless given. */
  last?(): readonly string[]
  /** Opened while the screen is shown. */
  readonly keyboard?: Keyboard | undefined
  /** Minimum milliseconds between frames; 100 unless given. */
  readonly frame?: number
  /** Milliseconds after which it is redrawn without a change, because it shows ages; 1000 unless given. */
  readonly tick?: number
}

/**
 * A screen that is redrawn in place. The terminal is given back by leave(), and before the process is stopped by
 * SIGTSTP, exits or reports an unexpected error. leave() prints the last frame below the command line.
 */
export class Screen {
  readonly #options: ScreenOptions
  readonly #frame: number
  #cancels: Cancel[] = []
  #pending: Cancel | undefined
  #running: Cancel | undefined
  #last = -Infinity
  #open = false
  #shown = false

  constructor(options: ScreenOptions) {
    this.#options = options
    this.#frame = options.frame ?? 100
  }

  enter(): void {
    if (this.#open) return
    this.#open = true
    process.once('exit', this.leave)
    process.on('SIGCONT', this.#show)
    // Before what they print, which the alternate screen would take with it.
    process.prependListener('uncaughtException', this.leave)
    process.prependListener('unhandledRejection', this.leave)
    this.#show()
  }

  /** As Ctrl-Z without raw mode: stops the whole job, so that the shell notices where a script runner began it. */
  suspend(): void {
    process.kill(0, 'SIGTSTP')
  }

  /**
   * By the default action of SIGTSTP, which the kernel leaves out where nothing could continue the process: in an
   * orphaned process group (POSIX, XSH 2.4.3), as of `ssh -t host kith watch`, and for process 1 of a container.
   */
  readonly #stop = (): void => {
    this.#hide()
    process.off('SIGTSTP', this.#stop)
    const { clock } = this.#options
    // In two steps: of a timer that came due in a stop, and SIGCONT, Node runs the timer first.
    this.#running = clock.after(STOP_MS, () => {
      this.#running = clock.after(STOP_MS, this.#show)
    })
    process.kill(process.pid, 'SIGTSTP')
  }

  readonly #show = (): void => {
    this.#running?.()
    process.off('SIGTSTP', this.#stop).on('SIGTSTP', this.#stop)
    // After a SIGSTOP, which nobody hears, the shell has changed the modes of the terminal.
    this.#hide()
    const { terminal, clock, tick = 1000, keyboard } = this.#options
    this.#shown = true
    terminal.write(ENTER)
    keyboard?.open()
    const resized = (): void => this.changed()
    terminal.stdout.on?.('resize', resized)
    this.#cancels = [every(clock, tick, resized), () => terminal.stdout.off?.('resize', resized)]
    this.changed()
  }

  #hide(): void {
    if (!this.#shown) return
    this.#shown = false
    this.#pending?.()
    this.#pending = undefined
    for (const cancel of this.#cancels) cancel()
    this.#options.keyboard?.close()
    this.#options.terminal.write(LEAVE)
  }

  /** Draws now, or when the current frame ends. */
  changed(): void {
    if (!this.#shown || this.#pending !== undefined) return
    const { clock } = this.#options
    const wait = this.#last + this.#frame - clock.monotonic()
    if (wait <= 0) this.#draw()
    else this.#pending = clock.after(wait, () => this.#draw())
  }

  /** Restores the terminal. Idempotent. */
  readonly leave = (): void => {
    if (!this.#open) return
    this.#open = false
    this.#running?.()
    process.off('exit', this.leave).off('SIGTSTP', this.#stop).off('SIGCONT', this.#show)
    process.off('uncaughtException', this.leave).off('unhandledRejection', this.leave)
    this.#hide()
    const { terminal, draw, last = draw } = this.#options
    terminal.lines(last())
  }

  #draw(): void {
    const { terminal, clock, draw } = this.#options
    this.#pending = undefined
    this.#last = clock.monotonic()
    const lines = fitting(draw(), terminal.height)
    // Cleared before, not after: clearing behind a line of full width would remove its last character.
    const text = lines.map((line) => `${CLEAR_LINE}${line}`).join('\r\n')
    terminal.write(`${HOME}${text}${CLEAR_BELOW}`)
  }
}

function fitting(lines: readonly string[], height: number): readonly string[] {
  if (lines.length <= height) return lines
  return [...lines.slice(0, height - 1), `… ${lines.length - height + 1} more`]
}
