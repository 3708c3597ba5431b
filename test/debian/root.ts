import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { checkPrograms, Lacking } from '../support/process/needs.ts'

/** What the tests need beyond a minimal Debian 13: a machine that boots, as a package finds it. */
const PACKAGES = ['systemd-sysv', 'dbus', 'libpam-systemd', 'udev', 'man-db']
const SUITE = 'trixie'
/** Real milliseconds for the packages of a root, emulated and on a machine with other work. */
const INSTALL = 2_700_000

/** Programs, and the package of Debian that has them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  'dpkg-deb': 'dpkg'
}
const COMPILERS: Readonly<Record<string, [program: string, name: string]>> = {
  amd64: ['x86_64-linux-gnu-g++', 'g++-x86-64-linux-gnu'],
  arm64: ['aarch64-linux-gnu-g++', 'g++-aarch64-linux-gnu']
}
/** How qemu-user's entries in binfmt_misc name the processors. */
const PROCESSORS: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' }

/** @throws Lacking where a package for an architecture cannot be built, or installed in a machine that boots */
export function checkMachineNeeds(architecture: string): void {
  const [program, name] = COMPILERS[architecture] ?? ['false', '']
  checkNeeds({ ...PROGRAMS, [program]: name }, architecture)
}

/**
 * @param programs with the package of Debian that has each
 * @param architecture whose programs are to run here
 * @throws Lacking
 */
export function checkNeeds(programs: Readonly<Record<string, string>>, architecture: string): void {
  if (process.geteuid?.() !== 0) throw new Lacking('it needs root')
  checkPrograms(programs)
  if (architecture === (process.arch === 'arm64' ? 'arm64' : 'amd64')) return
  const emulator = `/proc/sys/fs/binfmt_misc/qemu-${PROCESSORS[architecture]}`
  // F: found also within a container.
  if (!existsSync(emulator) || !/^flags:.*F/m.test(readFileSync(emulator, 'utf8')))
    throw new Lacking(
      `programs for ${architecture} do not run here: apt-get install qemu-user-static binfmt-support`
    )
}

/**
 * A Debian 13 as an archive, made once and kept.
 * @param packages beyond a minimal one; a machine that boots unless given
 * @param architecture Debian's name of it; another than this machine's needs binfmt with qemu-user
 * @throws Lacking where Debian cannot be reached
 */
export async function rootArchive(
  cache: string,
  architecture: string,
  packages: readonly string[] = PACKAGES
): Promise<string> {
  const key = createHash('sha256').update(packages.join()).digest('hex').slice(0, 12)
  const archive = join(cache, `debian-${SUITE}-${architecture}-${key}.tar`)
  if (existsSync(archive)) return archive
  mkdirSync(cache, { recursive: true })
  console.log(`making ${archive}, once`)
  // By the end of the name mmdebstrap knows that it is to be an archive.
  const unfinished = `${archive}.${process.pid}.part.tar`
  const words = ['--variant=minbase', `--include=${packages.join()}`, `--arch=${architecture}`]
  const made = await run('mmdebstrap', [...words, SUITE, unfinished, 'http://deb.debian.org/debian'])
  if (made.status !== 0) throw new Lacking(`mmdebstrap could not make a root: ${made.output.slice(-600)}`)
  renameSync(unfinished, archive)
  return archive
}

interface Finished {
  readonly status: number | null
  readonly output: string
}

/** A program and all that it writes; ended after INSTALL. */
export async function run(program: string, words: readonly string[], limit = INSTALL): Promise<Finished> {
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit,
    killSignal: 'SIGKILL'
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString()
    })
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: null, output: error.message }))
    child.once('close', (status) => resolve({ status, output }))
  })
}
