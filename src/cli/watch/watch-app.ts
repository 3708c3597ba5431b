import type { Clock } from '../../clock.ts'
import type { HistoryRow, SeriesView } from '../../node/api/reading-rows.ts'
import type { Key, KeyName } from '../terminal/keys.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { cut, pad, textWidth } from '../terminal/text-width.ts'
import { Curve } from './curve.ts'
import { type Group, grouped } from './groups.ts'
import { listLines } from './list-lines.ts'
import { Scroll } from './scroll.ts'
import { type Watched, WatchState } from './watch-state.ts'

export interface WatchAppOptions {
  readonly terminal: Terminal
  readonly clock: Clock
  /** Whether keys come: else nothing can be chosen. */
  readonly hasKeys: boolean
  /** The past of a series that is shown as a curve. */
  history(view: SeriesView, signal: AbortSignal): AsyncIterable<HistoryRow>
  /** The screen is to be drawn again. */
  changed(): void
  quit(): void
  suspend(): void
}

/** Maximum characters of a filter. */
const MAX_FILTER = 64

const HELP = [
  'up down, j k         one line',
  'PgUp PgDn, space     one page',
  'Home End, g G        the first, the last',
  'Enter                the curve of the series; up and down show its neighbours',
  '/                    filter: words of names, values such as fault or stale, stranger',
  'Esc                  back; in the list it removes the filter',
  '? h                  this help',
  'q, Ctrl-C            leave; Ctrl-Z stops until fg',
  '',
  'Every reading is signed by its author. Authors that are not in the book',
  'chose their names themselves: the end of the PeerId tells them apart.'
]

interface OpenCurve {
  readonly key: string
  readonly curve: Curve
  readonly ended: AbortController
}

/** `kith watch` on a terminal: a list with scrolling and a filter, the curve of a series, help. */
export class WatchApp {
  readonly #options: WatchAppOptions
  readonly #state: WatchState
  readonly #scroll = new Scroll()
  #groups: readonly Group[] = []
  #filter = ''
  /** Whether the filter is being typed. */
  #typing = false
  #helping = false
  #curve: OpenCurve | undefined

  constructor(options: WatchAppOptions) {
    this.#options = options
    this.#state = new WatchState(options.clock)
  }

  add(view: SeriesView): void {
    const watched = this.#state.add(view)
    if (this.#curve !== undefined && this.#state.get(this.#curve.key) === watched)
      this.#curve.curve.add(watched)
    this.#options.changed()
  }

  key(key: Key): void {
    if ('name' in key && key.name === 'interrupt') this.#options.quit()
    else if ('name' in key && key.name === 'suspend') this.#options.suspend()
    else if (this.#typing) this.#typeKey(key)
    else if (this.#helping) this.#helping = false
    else this.#commandKey(key)
    this.#options.changed()
  }

  /** Ends what runs for a curve. */
  close(): void {
    this.#curve?.ended.abort()
    this.#curve = undefined
  }

  /** What fills the screen. */
  draw(): string[] {
    const { width, height, ansi } = this.#options.terminal
    this.#groups = grouped(this.#state.all(), this.#filter)
    const body = Math.max(1, height - 2)
    const lines = this.#body(width, body)
    const blank = Array.from({ length: Math.max(0, body - lines.length) }, () => '')
    return [ansi(this.#title(width), 'bold'), ...lines.slice(0, body), ...blank, this.#footer(width)]
  }

  /** What remains on the terminal: the list, as the filter left it. */
  last(): string[] {
    const { terminal, clock } = this.#options
    const { width, ansi } = terminal
    const groups = grouped(this.#state.all(), this.#filter)
    return listLines(groups, { width, ansi, now: clock.monotonic() }).map((line) => line.draw())
  }

  #body(width: number, height: number): string[] {
    const { terminal, clock, hasKeys } = this.#options
    const { ansi } = terminal
    if (this.#helping) return HELP.map((line) => cut(line, width))
    const watched = this.#curve === undefined ? undefined : this.#state.get(this.#curve.key)
    if (this.#curve !== undefined && watched !== undefined)
      return this.#curve.curve.lines(watched, { width, height, ansi })
    const keys = this.#groups.flatMap(({ rows }) => rows.map(({ key }) => key))
    const selected = hasKeys ? this.#scroll.select(keys) : undefined
    const lines = listLines(this.#groups, { width, ansi, now: clock.monotonic(), selected })
    if (lines.length === 0) return [ansi(cut(this.#emptyText(), width), 'dim')]
    return this.#scroll.visible(lines, height).map((line) => line.draw())
  }

  #emptyText(): string {
    return this.#filter === '' ? 'waiting for readings' : `nothing matches ${this.#filter}; Esc shows all`
  }

  #title(width: number): string {
    const count = this.#state.size
    const shown = this.#groups.reduce(
      (sum, { rows }) => sum + rows.reduce((all, row) => all + row.count, 0),
      0
    )
    const which = this.#filter === '' ? `${count}` : `${shown} of ${count}`
    return cut(`kith watch  ${which} series, all signed`, width)
  }

  #footer(width: number): string {
    const { ansi } = this.#options.terminal
    if (this.#typing) return cut(`/${this.#filter}_`, width)
    const filter = this.#filter === '' ? '' : `/${this.#filter}  `
    const place = this.#curve === undefined && !this.#helping ? this.#scroll.place : ''
    const keys = cut(`${filter}${this.#keysText()}`, width - place.length - 1)
    return ansi(`${pad(keys, width - textWidth(place))}${place}`, 'dim')
  }

  #keysText(): string {
    if (!this.#options.hasKeys) return 'Ctrl-C ends'
    if (this.#helping) return 'any key goes back'
    if (this.#curve !== undefined) return 'Esc list  up/down series  ? help  q quit'
    return '? help  q quit  / filter  Enter curve'
  }

  #typeKey(key: Key): void {
    if ('text' in key) this.#filter = (this.#filter + key.text).slice(0, MAX_FILTER)
    else if (key.name === 'backspace') this.#filter = [...this.#filter].slice(0, -1).join('')
    else if (key.name === 'enter') this.#typing = false
    else if (key.name === 'escape') this.#endFilter()
    else this.#move(key.name)
    // The first that is found is shown, wherever the list was scrolled to.
    if ('text' in key) this.#scroll.move(-Infinity)
  }

  #endFilter(): void {
    this.#typing = false
    this.#filter = ''
  }

  #commandKey(key: Key): void {
    const name = 'text' in key ? LETTERS.get(key.text) : key.name
    if (name === 'quit') this.#options.quit()
    else if (name === 'help') this.#helping = true
    else if (name === 'filter') {
      this.close()
      this.#typing = true
    } else if (name === 'escape' || name === 'left' || name === 'backspace') {
      if (this.#curve !== undefined) this.close()
      else if (name === 'escape') this.#endFilter()
    } else if (name === 'enter' || name === 'right') this.#openCurve()
    else if (name !== undefined) {
      this.#move(name)
      if (this.#curve !== undefined && this.#curve.key !== this.#scroll.selected) this.#openCurve()
    }
  }

  #move(name: KeyName): void {
    const step = this.#scroll.steps.get(name)
    if (step !== undefined) this.#scroll.move(step)
  }

  #openCurve(): void {
    const key = this.#scroll.selected
    const watched = key === undefined ? undefined : this.#state.get(key)
    if (key === undefined || watched === undefined) return
    this.close()
    const { clock } = this.#options
    const open = { key, curve: new Curve(watched, clock), ended: new AbortController() }
    this.#curve = open
    void this.#load(open, watched)
  }

  async #load({ curve, ended }: OpenCurve, { view }: Watched): Promise<void> {
    const { history, changed } = this.#options
    await curve.load(history(view, ended.signal), view.interval, ended.signal)
    if (!ended.signal.aborted) changed()
  }
}

const LETTERS: ReadonlyMap<string, KeyName | 'quit' | 'help' | 'filter'> = new Map([
  ['q', 'quit'],
  ['?', 'help'],
  ['h', 'help'],
  ['/', 'filter'],
  ['j', 'down'],
  ['k', 'up'],
  ['g', 'home'],
  ['G', 'end'],
  [' ', 'page-down'],
  ['b', 'page-up']
])
