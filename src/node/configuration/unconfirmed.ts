import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { NodeError } from '../../error.ts'
import { writeAtomicSync } from '../../write-atomic.ts'

/** Ends in the SHA-256 of the content that replaced the one below. */
const HEAD = /^# kith: before a configuration that waits for its confirmation: ([0-9a-f]{64})\n/

/** Of a text in UTF-8, in hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/**
 * Replaces a configuration by one that must be confirmed. Until then the one of before is in FILE.unconfirmed, and
 * comes back with the next start if the node ends meanwhile.
 * @throws NodeError 'unwritten'
 */
export function writeUnconfirmed(file: string, before: string, text: string): void {
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600
  const head = `# kith: before a configuration that waits for its confirmation: ${hashOf(text)}\n`
  writeAtomicSync(`${file}.unconfirmed`, head + before, mode)
  writeAtomicSync(file, text, mode)
}

/** Keeps the configuration that was put; the one of before is in FILE.bak. @throws NodeError 'unwritten' */
export function keepUnconfirmed(file: string): void {
  const kept = read(file)
  if (kept !== undefined) writeAtomicSync(`${file}.bak`, kept.before)
  rmSync(`${file}.unconfirmed`, { force: true })
}

/**
 * Brings the configuration of before back, unless somebody has edited the file since.
 * @returns whether it did
 * @throws NodeError 'unwritten'
 */
export function restoreUnconfirmed(file: string): boolean {
  const kept = read(file)
  if (kept === undefined) return false
  if (!existsSync(file) || hashOf(readFileSync(file, 'utf8')) !== kept.replacedBy) {
    keepUnconfirmed(file)
    return false
  }
  writeAtomicSync(file, kept.before, statSync(file).mode & 0o777)
  rmSync(`${file}.unconfirmed`, { force: true })
  return true
}

/** @throws NodeError 'bad-config' where the file is damaged */
function read(file: string): { readonly replacedBy: string; readonly before: string } | undefined {
  const path = `${file}.unconfirmed`
  if (!existsSync(path)) return undefined
  const text = readFileSync(path, 'utf8')
  const [head = '', replacedBy] = HEAD.exec(text) ?? []
  if (replacedBy === undefined)
    throw new NodeError('bad-config', `${path} does not begin as kith writes it`, { hint: 'remove it' })
  return { replacedBy, before: text.slice(head.length) }
}
