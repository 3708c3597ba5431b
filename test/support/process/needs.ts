import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Thrown where this machine cannot do it: no fault of kith, so the run is skipped. */
export class Lacking extends Error {
  override readonly name = 'Lacking'
}

/**
 * Runs it. Where this machine lacks something, says what, and sets the exit status.
 * @param isRequired whether that is a failure
 */
export async function orSkipped(isRequired: boolean, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof Lacking)) throw error
    console.log(`skipped: ${error.message}`)
    process.exitCode = isRequired ? 1 : 0
  }
}

/** @param programs and the packages of Debian that have them @throws Lacking */
export function checkPrograms(programs: Readonly<Record<string, string>>): void {
  const missing = Object.keys(programs).filter((program) => !installed(program))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((program) => programs[program]))].join(' ')
  throw new Lacking(`${missing.join(', ')} missing: apt-get install ${packages}`)
}

function installed(program: string): boolean {
  // Debian has mke2fs and depmod in folders that are not in everybody's path.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
