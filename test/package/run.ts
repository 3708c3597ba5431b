// The package for npm as it is given to people, and two builds of it and of the Debian package:
//
//     npm run test:package                   installs it by npm where no compiler is, loads its addons, compares bytes
//     npm run test:package -- --required     fails where something is missing, instead of leaving it out
//
// It needs the registry of npm, and the compilers for both machines (docs/building.md).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Lacking } from '../debian/root.ts'
import { checkAddons } from './addons.ts'
import { buildDeb, buildPackage, copyOfClone, sameBytes } from './builds.ts'
import { checkInstallation, install } from './installation.ts'

const clone = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({ options: { required: { type: 'boolean', default: false } } })

// Not below the clone: nothing of its node_modules can be found from there.
const work = mkdtempSync(join(tmpdir(), 'kith-package-'))
const here = { clone, out: join(work, 'here'), umask: '022', zone: 'UTC' }
const there = { clone: join(work, 'clone'), out: join(work, 'there'), umask: '077', zone: 'Asia/Tokyo' }
const archive = { here: '', there: '' }

const CHECKS: Readonly<Record<string, () => string | Promise<string>>> = {
  'the package is built': () => {
    archive.here = buildPackage(here)
    return archive.here.slice(work.length + 1)
  },
  'npm installs it without a compiler': () => install(archive.here, join(work, 'empty')),
  'the command and the addons work there': () => checkInstallation(join(work, 'empty')),
  'the addons of both machines': () => checkAddons(clone, join(work, 'empty/node_modules/kith')),
  'a second build in a copy of the clone has the same bytes': () => {
    copyOfClone(clone, there.clone)
    archive.there = buildPackage(there)
    return sameBytes(archive.here, archive.there)
  },
  'so has the Debian package': () => sameBytes(buildDeb(here), buildDeb(there))
}

let failed = 0
try {
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      console.log(`ok ${name}: ${await check()}`)
    } catch (error) {
      const lacks = error instanceof Lacking && !values.required
      if (!lacks) failed++
      console.log(
        `${lacks ? 'left out' : 'FAILED'} ${name}: ${error instanceof Error ? error.message : String(error)}`
      )
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
console.log(failed === 0 ? 'passed' : `${failed} of ${Object.keys(CHECKS).length} FAILED`)
process.exitCode = failed === 0 ? 0 : 1
