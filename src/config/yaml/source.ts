import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError
} from 'yaml'
import type { ConfigProblem } from '../config-error.ts'
import { formatPath, type OptionPath } from '../option-path.ts'
import type { Origin } from '../origin.ts'
import { explained } from './faults.ts'
import {
  MAX_CHARACTERS,
  MAX_DEPTH,
  MAX_VALUES,
  type Place,
  withDigits,
  type YamlReader,
  type YamlSource,
  yamlReader
} from './yaml-source.ts'

/** Where YAML wants a space: in the indentation, behind a dash, or behind the colon of a key. */
const NO_BREAK_SPACE = /^[ -]*\u00a0|^[ -]*[\w.]+:[ ]*\u00a0/m

/**
 * Reads YAML 1.2 text: plain values, and where each stands. Keys without a value are absent, so that
 * a section may be commented out below its name.
 * @param place the origin of a line and column
 */
function readYaml(text: string, place: Place): YamlSource {
  const lines = new LineCounter()
  // A byte order mark would shift the columns of the first line by one. The parser does not take a lone CR for the
  // line break that it is (YAML 1.2.2 section 5.4).
  const plain = text.replace(/^\ufeff/, '').replace(/\r(?!\n)/g, '\n')
  const at = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset)
    return place(Math.max(1, line), Math.max(1, col))
  }
  if (plain.length > MAX_CHARACTERS) {
    return unread({ origin: place(1, 1), path: '', message: `is longer than ${MAX_CHARACTERS / 1024} KiB` })
  }
  const space = NO_BREAK_SPACE.exec(plain)
  if (space !== null) {
    lines.addNewLine(0)
    for (const { index } of plain.matchAll(/\n/g)) lines.addNewLine(index + 1)
    return unread({
      origin: at(space.index + space[0].length - 1),
      path: '',
      message: 'a no-break space (U+00A0) is not a space of YAML',
      hint: 'write a plain space; word processors and web pages insert the other'
    })
  }
  const document = parseDocument(plain, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0)
    return unread(...firstOfLine(faults.map((fault) => yamlProblem(fault, at(fault.pos[0])))))
  return new Reader(document, at).read()
}

/** The whole language, by the library. */
export const wholeYaml: YamlReader = yamlReader(readYaml)

function unread(...problems: readonly ConfigProblem[]): YamlSource {
  return { written: { value: undefined, values: new Map(), keys: new Map() }, problems }
}

/** The first problem of each line: one mistake often causes several faults in its line. */
function firstOfLine(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const seen = new Set<string>()
  return problems.filter(({ origin }) => {
    const line = origin.kind === 'file' ? String(origin.line) : origin.kind
    return !seen.has(line) && seen.add(line)
  })
}

function yamlProblem(fault: YAMLError, origin: Origin): ConfigProblem {
  return { origin, path: '', ...explained(fault) }
}

/** Converts parsed nodes to plain values. */
class Reader {
  readonly #document: Document
  readonly #at: (offset: number) => Origin
  readonly #values = new Map<string, Origin>()
  readonly #keys = new Map<string, Origin>()
  readonly #problems: ConfigProblem[] = []
  #count = 0

  constructor(document: Document, at: (offset: number) => Origin) {
    this.#document = document
    this.#at = at
  }

  read(): YamlSource {
    const value = this.#value(this.#document.contents, [])
    return { written: { value, values: this.#values, keys: this.#keys }, problems: this.#problems }
  }

  #value(node: unknown, path: OptionPath): unknown {
    const target = isAlias(node) ? node.resolve(this.#document) : node
    this.#count += 1
    if (isAlias(node) && target === undefined) return this.#refuse(node, `no value is marked &${node.source}`)
    if (path.length > MAX_DEPTH) return this.#refuse(node, `lies deeper than ${MAX_DEPTH} levels`)
    if (this.#count > MAX_VALUES) return this.#refuse(node, `there are more than ${MAX_VALUES} values`)
    const origin = this.#origin(node)
    this.#values.set(formatPath(path), origin)
    if (isMap(target)) return this.#map(target.items, path)
    if (isSeq(target)) return target.items.map((item, index) => this.#value(item, [...path, index]))
    if (!isScalar(target)) return null
    const { value, source } = target
    if (typeof value === 'number' && source !== undefined)
      this.#values.set(formatPath(path), withDigits(origin, value, source))
    return value
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], path: OptionPath): Record<string, unknown> {
    const entries = new Map<string, unknown>()
    for (const { key, value } of pairs) {
      const word = isScalar(key) ? String(key.value) : undefined
      if (word === undefined) this.#refuse(key, 'this key is not a word')
      else {
        this.#keys.set(formatPath([...path, word]), this.#origin(key))
        const plain = this.#value(value, [...path, word])
        if (plain !== null && plain !== undefined) entries.set(word, plain)
        else this.#values.delete(formatPath([...path, word]))
      }
    }
    // fromEntries defines `__proto__` as a key like any other, where an assignment would not.
    return Object.fromEntries(entries)
  }

  /** Reports the first problem only: a bomb of aliases would meet the limit again and again. */
  #refuse(node: unknown, message: string): undefined {
    if (this.#problems.length === 0) {
      this.#problems.push({ origin: this.#origin(node), path: '', message })
    }
  }

  #origin(node: unknown): Origin {
    return this.#at((node as Node | null)?.range?.[0] ?? 0)
  }
}
