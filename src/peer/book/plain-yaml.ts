/** The plain scalars that mean themselves in every schema of YAML 1.2: no number, no date, no word with a meaning. PeerIds are such. */
const PLAIN = /^(?!.*: )(?:[A-Za-z/]|12D3KooW)(?:[A-Za-z0-9/._:%, -]*[A-Za-z0-9/._%-])?$/
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i
const COMMENT = /^ *(?:#.*)?$/
const SINGLE = /^'[^']*'$/
const LINE = /^(- | {2})([a-z]+):(?: (.+))?$/
const ITEM = /^ {4}- (.+)$/

type PlainEntry = Record<string, string | boolean | string[]>

/**
 * Reads the part of YAML in which writePlainYaml() and most people write: a list of maps of texts, truths and lists of
 * texts, one a line. A book of 10,000 entries is read in a tenth of the time that a parser of the whole language takes.
 * @returns undefined where the text has anything else: then it is for that parser
 */
export function readPlainYaml(text: string): PlainEntry[] | undefined {
  const entries: PlainEntry[] = []
  let list: string[] | undefined
  for (const line of text.split('\n')) {
    if (COMMENT.test(line)) continue
    const item = ITEM.exec(line)
    if (item !== null) {
      const value = scalar(item[1] ?? '')
      if (list === undefined || typeof value !== 'string') return undefined
      list.push(value)
      continue
    }
    const [, start, key = '', written] = LINE.exec(line) ?? []
    if (start === undefined || list?.length === 0) return undefined
    if (start === '- ') entries.push({})
    const entry = entries.at(-1)
    const value = written === undefined ? [] : (flow(written) ?? scalar(written))
    if (entry === undefined || value === undefined || Object.hasOwn(entry, key)) return undefined
    entry[key] = value
    list = written === undefined && Array.isArray(value) ? value : undefined
  }
  return list?.length === 0 ? undefined : entries
}

/** The line at which an entry of such a text begins, counted from 1. */
export function plainLineOf(text: string, index: number): number {
  let found = -1
  return text.split('\n').findIndex((line) => line.startsWith('- ') && ++found === index) + 1
}

/** As YAML, one entry after the other. */
export function writePlainYaml(entries: readonly Readonly<Record<string, unknown>>[]): string {
  return entries.length === 0 ? '[]\n' : entries.map(writeEntry).join('')
}

function writeEntry(entry: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(entry).flatMap(([key, value]) => {
    if (!Array.isArray(value)) return [`${key}: ${written(value)}`]
    return value.length === 0 ? [`${key}: []`] : [`${key}:`, ...value.map((one) => `  - ${written(one)}`)]
  })
  return `- ${lines.join('\n  ')}\n`
}

/** A list in one line, of texts that need no quotes. */
function flow(text: string): string[] | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined
  const inner = text.slice(1, -1).trim()
  const items = inner === '' ? [] : inner.split(',').map((item) => item.trim())
  return items.every((item) => PLAIN.test(item) && !WORDS.test(item)) ? items : undefined
}

function scalar(text: string): string | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text.startsWith('"')) return quoted(text)
  if (SINGLE.test(text)) return text.slice(1, -1)
  return PLAIN.test(text) && !WORDS.test(text) ? text : undefined
}

/** Texts of JSON are texts of YAML. */
function quoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function written(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  if (PLAIN.test(value) && !WORDS.test(value)) return value
  // What JSON leaves as it is and YAML calls not printable [YAML 1.2 production 1].
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
