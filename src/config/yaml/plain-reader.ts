import type { OptionPath } from '../option-path.ts'
import type { Origin } from '../origin.ts'
import { PlainLine } from './plain-line.ts'
import { NotPlain, Positions } from './positions.ts'
import { MAX_CHARACTERS, type Place, type YamlReader, type YamlSource, yamlReader } from './yaml-source.ts'

/**
 * Reads the part of YAML 1.2.2 in which most configurations are written: maps and lists by indentation or in brackets
 * on one line, plain and quoted texts, numbers, comments. The library for the whole language takes 15 MB and 20 ms
 * more: it is loaded for everything else.
 * @throws NotPlain
 */
export const plainYaml: YamlReader = yamlReader((text, place) => new PlainReader(text, place).read())

/** Printable characters without those to which YAML or an editor gives a meaning: no tab, CR, BOM or no-break space. */
const CHARACTERS = /^[\n\x20-\x7e\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff]*$/
const BLANK = /^ *(?:#.*)?$/
const KEY = /^([A-Za-z_][\w-]*):(?= |$) */
/** Keys that the core schema (section 10.3.2) reads as other than texts. */
const KEY_WORDS = /^(?:true|false|null)$/i

interface Line {
  /** From 1. */
  readonly number: number
  /** Spaces before the text. */
  readonly indent: number
  readonly text: string
}

class PlainReader {
  readonly #place: Place
  /** Those that are not blank. */
  readonly #lines: Line[]
  readonly #positions = new Positions()
  #next = 0

  constructor(text: string, place: Place) {
    if (text.length > MAX_CHARACTERS || !CHARACTERS.test(text)) throw new NotPlain()
    this.#place = place
    this.#lines = text.split('\n').flatMap((line, index) => {
      if (BLANK.test(line)) return []
      const indent = line.search(/[^ ]/)
      return { number: index + 1, indent, text: line.slice(indent) }
    })
  }

  read(): YamlSource {
    const value = this.#document()
    if (this.#next < this.#lines.length) throw new NotPlain()
    return { written: this.#positions.of(value), problems: [] }
  }

  #document(): unknown {
    const [first] = this.#lines
    if (first !== undefined) return this.#value(first, [])
    this.#positions.value([], this.#place(1, 1))
    return null
  }

  /** What begins in the next line, which a dash may have made shorter. */
  #value(line: Line, path: OptionPath): unknown {
    const isList = line.text.startsWith('- ')
    if (!isList && !KEY.test(line.text)) {
      this.#next++
      return this.#inline(line, line.text, path)
    }
    this.#positions.value(path, this.#at(line))
    return isList ? this.#list(line.indent, path) : this.#map(line.indent, path)
  }

  #list(indent: number, path: OptionPath): unknown[] {
    const list: unknown[] = []
    for (let line = this.#peek(); line?.indent === indent; line = this.#peek()) {
      const [dash] = /^- +/.exec(line.text) ?? []
      if (dash === undefined) break
      // A map whose first key stands behind the dash goes on below that key.
      const item = { ...line, indent: indent + dash.length, text: line.text.slice(dash.length) }
      this.#lines[this.#next] = item
      list.push(this.#value(item, [...path, list.length]))
    }
    return list
  }

  #map(indent: number, path: OptionPath): Record<string, unknown> {
    const entries = new Map<string, unknown>()
    for (let line = this.#peek(); line?.indent === indent; line = this.#peek()) {
      const [head, key = ''] = KEY.exec(line.text) ?? []
      if (head === undefined && line.text.startsWith('- ')) break
      if (head === undefined || KEY_WORDS.test(key) || entries.has(key)) throw new NotPlain()
      this.#next++
      const at = [...path, key]
      this.#positions.key(at, this.#at(line))
      const rest = line.text.slice(head.length)
      entries.set(key, BLANK.test(rest) ? this.#below(indent, at) : this.#inline(line, rest, at))
    }
    return Object.fromEntries([...entries].filter(([, value]) => value !== undefined))
  }

  /**
   * What stands below a key: a block that is indented more, or a list in its own column.
   * @returns undefined where there is nothing
   */
  #below(indent: number, path: OptionPath): unknown {
    const line = this.#peek()
    const isList = line?.text.startsWith('- ') === true
    if (line === undefined || line.indent < indent || (line.indent === indent && !isList)) return undefined
    if (!isList && !KEY.test(line.text)) throw new NotPlain()
    return this.#value(line, path)
  }

  /** A value within one line. A line that is indented more would continue it. */
  #inline(line: Line, text: string, path: OptionPath): unknown {
    const next = this.#peek()
    if (next !== undefined && next.indent > line.indent) throw new NotPlain()
    const column = line.indent + line.text.length - text.length + 1
    const at = (index: number): Origin => this.#place(line.number, column + index)
    return new PlainLine(text, at, this.#positions).read(path)
  }

  #at({ number, indent }: Line): Origin {
    return this.#place(number, indent + 1)
  }

  #peek(): Line | undefined {
    return this.#lines[this.#next]
  }
}
