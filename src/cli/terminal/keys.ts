/** A key that has a name, or the text that was typed. */
export type Key = { readonly name: KeyName } | { readonly text: string }

export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'
  | 'enter'
  | 'escape'
  | 'backspace'
  | 'interrupt'
  | 'suspend'
  | 'redraw'

/** What a terminal sends for keys: cursor keys in both modes of DECCKM, editing keys of the VT220, xterm and rxvt. */
const SEQUENCES: ReadonlyMap<string, KeyName> = new Map([
  ['A', 'up'],
  ['B', 'down'],
  ['C', 'right'],
  ['D', 'left'],
  ['H', 'home'],
  ['F', 'end'],
  ['1~', 'home'],
  ['7~', 'home'],
  ['4~', 'end'],
  ['8~', 'end'],
  ['5~', 'page-up'],
  ['6~', 'page-down']
])

/** Control characters (ECMA-48), as a terminal in raw mode sends them. */
const CONTROLS: ReadonlyMap<string, KeyName> = new Map([
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
  ['\x03', 'interrupt'],
  ['\x04', 'interrupt'],
  ['\x1a', 'suspend'],
  ['\x0c', 'redraw'],
  ['\x1b', 'escape']
])

// CSI with its parameters, SS3, a lone escape, or one character.
const TOKEN = /\x1b\[[0-?]*[ -/]*[@-~]|\x1bO[@-~]|\x1b|./gsu
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|O)?$/
/** Maximum characters of a sequence that is not finished. */
const MAX_SEQUENCE = 16

/** Splits what a terminal sends into keys; sequences may arrive in parts. */
export class KeyDecoder {
  #rest = ''

  /** Whether a sequence has begun: an escape key, unless the rest of it follows. */
  get pending(): boolean {
    return this.#rest !== ''
  }

  add(text: string): Key[] {
    const all = this.#rest + text
    const begun = UNFINISHED.exec(all)?.[0] ?? ''
    this.#rest = begun.length > MAX_SEQUENCE ? '' : begun
    return keysOf(all.slice(0, all.length - begun.length))
  }

  /** The keys of a sequence that nothing followed. */
  flush(): Key[] {
    const rest = this.#rest
    this.#rest = ''
    return rest === '' ? [] : keysOf(rest)
  }
}

function keysOf(text: string): Key[] {
  return [...text.matchAll(TOKEN)].flatMap(([token]): Key[] => {
    if (token.length > 1 && token.startsWith('\x1b')) {
      // Parameters such as `1;5` are modifiers: Ctrl-Up is Up.
      const name = SEQUENCES.get(
        token
          .slice(2)
          .replace(/^(?:1)?;\d+(?=[A-Z])/, '')
          .replace(/;\d+(?=~)/, '')
      )
      return name === undefined ? [] : [{ name }]
    }
    const name = CONTROLS.get(token)
    if (name !== undefined) return [{ name }]
    return /\p{Cc}/u.test(token) ? [] : [{ text: token }]
  })
}
