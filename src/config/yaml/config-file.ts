import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { NodeError } from '../../error.ts'
import { MAX_CHARACTERS } from './yaml-source.ts'

/**
 * @param absent the hint where the file does not exist
 * @returns undefined where there is no file and none is needed
 * @throws NodeError 'bad-config'
 */
export function readConfigFile(
  file: string | undefined,
  optional: boolean,
  absent = '`kith init` writes one with comments'
): string | undefined {
  if (file === undefined) return undefined
  try {
    const stat = statSync(file)
    if (stat.isDirectory()) throw unreadable(file, 'is a folder', 'name the file in it, as in kith.yaml')
    if (!stat.isFile()) throw unreadable(file, 'is not a plain file', 'name a plain file')
    if (stat.size > MAX_CHARACTERS) {
      throw unreadable(
        file,
        `is larger than ${MAX_CHARACTERS / 1024} KiB`,
        'check that this is the right file'
      )
    }
    const bytes = readFileSync(file)
    // A byte order mark of UTF-16 (Unicode 16.0 section 23.8), as Windows' editors write it.
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    if (isUtf16) throw unreadable(file, 'is UTF-16', 'save it as UTF-8')
    return bytes.toString('utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' && optional) return undefined
    if (code === 'ENOENT') throw unreadable(file, 'does not exist', absent)
    if (code === 'ENOTDIR') throw unreadable(file, 'cannot be there', `${dirname(file)} is not a folder`)
    if (code === 'EACCES')
      throw unreadable(
        file,
        'cannot be read: permission denied',
        'run kith as the user who owns it, or chmod it'
      )
    if (code === 'bad-config' || !(error instanceof Error)) throw error
    throw unreadable(file, `cannot be read: ${error.message}`, 'check the disk')
  }
}

function unreadable(file: string, message: string, hint: string): NodeError {
  return new NodeError('bad-config', `${file} ${message}`, { hint })
}
