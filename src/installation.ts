import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

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

/** This machine as Node names it. */
const MACHINE = `${process.platform}-${process.arch}`

/**
 * An addon for this machine, of native/<name>.c: a package has it, in a clone the install builds it.
 * @throws Error where there is none for this machine
 */
export function addon<Exports>(name: string): Exports {
  const path = `native/build/${MACHINE}/${name}.node`
  if (!existsSync(new URL(path, INSTALLATION))) throw new Error(`it is not built for ${MACHINE}`)
  return createRequire(INSTALLATION)(`./${path}`) as Exports
}

/** How addons are built that a package does not have for this machine. */
export function buildHint(): string {
  return `with a C compiler: node ${fileURLToPath(new URL('scripts/build-native.mjs', INSTALLATION))}`
}
