// The package for npm as it is given to people, and two builds of it and of the Debian package:
//
//     npm run test:package                   compares bytes, installs it by npm where no compiler is, loads its addons
//     npm run test:package -- --required     fails where something is missing, instead of skipping
//
// It needs the registry of npm, and the compilers for both machines (docs/building.md).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkPrograms, orSkipped } from '../support/process/needs.ts'
import { checkAddons, EMULATOR } from './addons.ts'
import { buildDeb, buildPackage, copyOfClone, sameBytes } from './builds.ts'
import { checkInstallation, install } from './installation.ts'

const PROGRAMS = {
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  'x86_64-linux-gnu-gcc': 'gcc-x86-64-linux-gnu',
  ...(process.arch === 'arm64'
    ? { 'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu' }
    : { 'x86_64-linux-gnu-g++': 'g++-x86-64-linux-gnu' }),
  [EMULATOR]: 'qemu-user-static',
  'dpkg-deb': 'dpkg',
  npm: 'npm'
}

const clone = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({ options: { required: { type: 'boolean', default: false } } })
await orSkipped(values.required, async () => {
  checkPrograms(PROGRAMS)
  // Not below the clone: nothing of its node_modules can be found from there.
  const work = mkdtempSync(join(tmpdir(), 'kith-package-'))
  try {
    checkIn(work)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  console.log('passed')
})

function checkIn(work: string): void {
  const here = { clone, out: join(work, 'here'), umask: '022', zone: 'UTC' }
  const there = { clone: join(work, 'clone'), out: join(work, 'there'), umask: '077', zone: 'Asia/Tokyo' }
  const archive = buildPackage(here)
  ok('the package is built', archive.slice(work.length + 1))
  copyOfClone(clone, there.clone)
  ok('a second build in a copy of the clone has the same bytes', sameBytes(archive, buildPackage(there)))
  ok('so has the Debian package', sameBytes(buildDeb(here), buildDeb(there)))
  const folder = join(work, 'empty')
  ok('npm installs it without a compiler', install(archive, folder))
  ok('the command and the addons work there', checkInstallation(folder))
  ok('the addons of both machines', checkAddons(clone, join(folder, 'node_modules/kith')))
}

function ok(name: string, found: string): void {
  console.log(`ok ${name}: ${found}`)
}
