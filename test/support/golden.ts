import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The text kept in a golden file. With KITH_GOLDEN=write it is replaced by `found` first: look at the
 * difference before it is committed.
 */
export function golden(file: URL, found: string): string {
  if (process.env['KITH_GOLDEN'] === 'write') {
    mkdirSync(dirname(file.pathname), { recursive: true })
    writeFileSync(file, found)
  }
  return readFileSync(file, 'utf8')
}
