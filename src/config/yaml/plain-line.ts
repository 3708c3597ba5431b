import type { OptionPath } from '../option-path.ts'
import type { Origin } from '../origin.ts'
import { NotPlain, type Positions } from './positions.ts'
import { withDigits } from './yaml-source.ts'

/** What may stand behind a value. */
const END = /^(?: +#.*| *)$/
const KEY = /^([A-Za-z_][\w-]*): +/
/** Escapes that mean the same in JSON (YAML 1.2.2 section 5.7). */
const DOUBLE_QUOTED = /^"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/
const SINGLE_QUOTED = /^'(?:[^']|'')*'/
/** Plain scalars that begin with no indicator (section 7.3.3) and hold neither `: ` nor ` #`. */
const PLAIN = /^[A-Za-z0-9/](?:[^#:]|:(?! |$)|(?<! )#)*$/
/** Words of the core schema (section 10.3.2), and those of YAML 1.1, on which readers disagree. */
const WORDS = /^(?:null|true|false|yes|no|on|off|y|n)$/i
const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/
const HEXADECIMAL = /^0x[0-9a-fA-F]{1,8}$/
const DECIMAL = /^-?(?:0|[1-9]\d{0,14})\.\d{1,15}$/
/** All numbers of the core schema. */
const NUMBER = /^[-+]?(?:\d+|0o[0-7]+|0x[0-9a-fA-F]+|(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?)$/

/** Reads a value that ends in the line in which it begins: a text, a number, or a list or map in brackets. */
export class PlainLine {
  readonly #text: string
  readonly #at: (index: number) => Origin
  readonly #positions: Positions
  #next = 0

  /** @param at the origin of a character of the text */
  constructor(text: string, at: (index: number) => Origin, positions: Positions) {
    this.#text = text
    this.#at = at
    this.#positions = positions
  }

  /** @throws NotPlain */
  read(path: OptionPath): unknown {
    const isBare = !/^["'[{]/.test(this.#text)
    const value = isBare ? this.#scalar(this.#text.replace(/ +(?:#.*)?$/, ''), path) : this.#value(path)
    if (!isBare && !END.test(this.#rest)) throw new NotPlain()
    return value
  }

  get #rest(): string {
    return this.#text.slice(this.#next)
  }

  #value(path: OptionPath): unknown {
    switch (this.#text[this.#next]) {
      case '[':
        return this.#list(path)
      case '{':
        return this.#map(path)
      case '"':
        return this.#quoted(DOUBLE_QUOTED, path, (text) => JSON.parse(text) as string)
      case "'":
        return this.#quoted(SINGLE_QUOTED, path, (text) => text.slice(1, -1).replaceAll("''", "'"))
      default: {
        const [text = ''] = /^[^,[\]{}]*/.exec(this.#rest) ?? []
        return this.#scalar(text.trimEnd(), path)
      }
    }
  }

  #list(path: OptionPath): unknown[] {
    this.#positions.value(path, this.#at(this.#next))
    const list: unknown[] = []
    for (let more = this.#opens(']'); more; more = this.#goesOn(']'))
      list.push(this.#value([...path, list.length]))
    return list
  }

  #map(path: OptionPath): Record<string, unknown> {
    this.#positions.value(path, this.#at(this.#next))
    const entries = new Map<string, unknown>()
    for (let more = this.#opens('}'); more; more = this.#goesOn('}')) {
      const [head, key = ''] = KEY.exec(this.#rest) ?? []
      if (head === undefined || WORDS.test(key) || entries.has(key)) throw new NotPlain()
      this.#positions.key([...path, key], this.#at(this.#next))
      this.#next += head.length
      entries.set(key, this.#value([...path, key]))
    }
    return Object.fromEntries(entries)
  }

  /** Goes into brackets. @returns whether there is an item */
  #opens(close: ']' | '}'): boolean {
    this.#next++
    this.#skipSpaces()
    if (this.#text[this.#next] !== close) return true
    this.#next++
    return false
  }

  /** Goes over a comma or out of brackets. @returns whether there is another item */
  #goesOn(close: ']' | '}'): boolean {
    this.#skipSpaces()
    const mark = this.#text[this.#next++]
    if (mark === close) return false
    this.#skipSpaces()
    if (mark !== ',' || this.#text[this.#next] === close) throw new NotPlain()
    return true
  }

  #skipSpaces(): void {
    while (this.#text[this.#next] === ' ') this.#next++
  }

  #quoted(pattern: RegExp, path: OptionPath, read: (text: string) => string): string {
    const [text] = pattern.exec(this.#rest) ?? []
    if (text === undefined) throw new NotPlain()
    this.#positions.value(path, this.#at(this.#next))
    this.#next += text.length
    return read(text)
  }

  #scalar(text: string, path: OptionPath): string | number | boolean {
    const value = scalarOf(text)
    const origin = this.#at(this.#next)
    this.#positions.value(path, typeof value === 'number' ? withDigits(origin, value, text) : origin)
    this.#next += text.length
    return value
  }
}

function scalarOf(text: string): string | number | boolean {
  if (INTEGER.test(text) || DECIMAL.test(text) || HEXADECIMAL.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  if (!PLAIN.test(text) || WORDS.test(text) || NUMBER.test(text)) throw new NotPlain()
  return text
}
