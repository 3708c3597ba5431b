import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * The folder that kith is installed in: that of package.json. Files beside the code are found from here, never from
 * the file that needs them: the bundle (scripts/build.mjs) puts that code into another file, one folder below this.
 */
export const INSTALLATION = new URL('../', import.meta.url)

interface Manifest {
  readonly version: string
  /** The commit that was built, as npm names it; absent in a clone. */
  readonly gitHead?: string
}

/** The package.json of this installation. */
export function manifest(): Manifest {
  return JSON.parse(readFileSync(new URL('package.json', INSTALLATION), 'utf8')) as Manifest
}

/**
 * An addon that an install builds from native/<name>.c.
 * @throws Error of Node.js where it was not built, or not for this machine
 */
export function addon<Exports>(name: string): Exports {
  return createRequire(INSTALLATION)(`./native/build/${name}.node`) as Exports
}
