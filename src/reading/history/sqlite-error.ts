import type { HistoryState } from './history.ts'

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const READONLY = 8
const CORRUPT = 11
const FULL = 13
const NOTADB = 26

/** The primary result code, undefined where SQLite did not say the error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return Number(error.errcode) & 0xff
}

/** Whether the file's content is damaged, as against a disk that fails now and may not later. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error)
  return code === CORRUPT || code === NOTADB
}

export function stateOf(error: unknown): HistoryState {
  const code = resultCode(error)
  if (code === FULL) return 'full'
  return code === READONLY ? 'read-only' : 'failing'
}
