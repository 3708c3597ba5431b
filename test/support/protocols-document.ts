import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { bytesOfHex, hexOfBytes } from '../../src/cbor/bytes.ts'
import type { CborValue } from '../../src/cbor/value.ts'

const text = readFileSync(new URL('../../docs/protocols.md', import.meta.url), 'utf8')
export const documentText = text

export interface DocumentVector {
  readonly bytes: Uint8Array
  /** The message in diagnostic notation (RFC 8949 section 8), where the document gives it. */
  readonly diagnostic: string | undefined
}

/** The hex blocks marked `vector=…`, by their names. */
export const documentVectors: ReadonlyMap<string, DocumentVector> = new Map(
  fences(/^hex vector=(\S+)$/).map(({ name, lines }) => {
    const hex = lines.filter((line) => !line.startsWith('#')).join('')
    const diagnostic = lines.find((line) => line.startsWith('# '))?.slice(2)
    return [name, { bytes: bytesOfHex(hex.replaceAll(' ', '')), diagnostic }]
  })
)

export function documentBytes(name: string): Uint8Array {
  const vector = documentVectors.get(name)
  if (vector === undefined) throw new Error(`docs/protocols.md has no vector ${name}`)
  return vector.bytes
}

/** The lines of a block marked `list=…`. */
export function documentList(name: string): string[] {
  const lines = fences(/^hex list=(\S+)$/).find((fence) => fence.name === name)?.lines ?? []
  return lines.filter((line) => !line.startsWith('#'))
}

/** A block marked `readings=…`. @param peer stands where the document shortens PeerIds to `…` */
export function documentReadings(name: string, peer: string): unknown {
  const lines = fences(/^json readings=(\S+)$/).find((fence) => fence.name === name)?.lines ?? []
  return JSON.parse(lines.join('\n').replaceAll('…/', `${peer}/`))
}

/** The rows of every table with this head, cells without their backticks. */
export function documentRows(...head: readonly string[]): string[][] {
  const lines = text.split('\n')
  const line = `| ${head.join(' | ')} |`
  return lines.flatMap((one, i) => (one === line ? rowsFrom(lines, i + 2) : []))
}

function rowsFrom(lines: readonly string[], start: number): string[][] {
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  return lines.slice(start, start + length).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''))
  )
}

function fences(mark: RegExp): { name: string; lines: string[] }[] {
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)\n```$/gm)].flatMap(([, info = '', body = '']) => {
    const name = mark.exec(info)?.[1]
    return name === undefined ? [] : [{ name, lines: body.split('\n') }]
  })
}

/** The value of diagnostic notation as this document uses it: JSON, h'…', and names of vectors as bytes. */
export function diagnosticValue(diagnostic: string): CborValue {
  const json = diagnostic.replace(/h'([0-9a-f]*)'|\b[a-z]+-\d-sealed\b/g, (name, hex?: string) =>
    JSON.stringify({ bytes: hex ?? Buffer.from(documentBytes(name)).toString('hex') })
  )
  return cborOf(JSON.parse(json))
}

function cborOf(json: unknown): CborValue {
  if (Array.isArray(json)) return json.map(cborOf)
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json
  const fields = Object.entries(json ?? {})
  const [[key, value] = []] = fields
  if (fields.length === 1 && key === 'bytes') return bytesOfHex(String(value))
  return new Map(fields.map(([name, field]) => [name, cborOf(field)]))
}

/** The vectors whose names are meant, of which each is to be looked at. */
export function vectorsOf(isMeant: (name: string) => boolean) {
  const unchecked = new Set([...documentVectors.keys()].filter(isMeant))
  /** The bytes of the document's vector, which is thereby looked at. */
  const shown = (name: string): Uint8Array => {
    unchecked.delete(name)
    return documentBytes(name)
  }
  const equalHex = (t: Test, made: Uint8Array, name: string): void => {
    t.equal(hexOfBytes(made), hexOfBytes(shown(name)), name)
  }
  return { unchecked, shown, equalHex }
}
