import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { addonFlags, libraryFlags, addons as names } from '../addons.mjs'
import { root } from './root.mjs'

/** The C and C++ compilers of each target: Debian's names, which exist on the machine itself and for another. */
const TARGETS = {
  'linux-arm64': { arch: 'arm64', triplet: 'aarch64-linux-gnu' },
  'linux-x64': { arch: 'x64', triplet: 'x86_64-linux-gnu' }
}

/** A package with a binary for one major version of Node. */
const COMPILED = 'epoll'

/** What they need at run time. */
const PLAIN = ['onoff', 'bindings', 'file-uri-to-path', 'lodash.debounce']

/** The names of the sources, which are in messages of asserts, are those within the clone. */
const NAMES = `-ffile-prefix-map=${root}=.`

export const targets = Object.keys(TARGETS)

/**
 * Lays kith's addons for a machine into a built folder: native/build/<target>/*.node, the same for every Node.
 * @param target linux-arm64 or linux-x64
 * @throws Error where a compiler is missing or fails
 */
export function addons(out, target) {
  const { triplet } = targetOf(target)
  for (const name of Object.keys(names))
    compile(`${triplet}-gcc`, [...addonFlags, `-I${headers()}`], {
      source: join(root, 'native', `${name}.c`),
      binary: join(out, 'native', 'build', target, `${name}.node`)
    })
}

/**
 * Lays all native parts for a machine into a built folder: the addons, and the packages of GPIO in sysfs with their
 * binary below node_modules. They are compiled against the headers of the Node that runs the clone: epoll loads in that
 * major version of Node alone.
 * @param target linux-arm64 or linux-x64
 * @throws Error where a compiler is missing or fails
 */
export function natives(out, target) {
  const { triplet } = targetOf(target)
  addons(out, target)
  const flags = [
    ...libraryFlags,
    '-std=gnu++20',
    '-w',
    `-DNODE_GYP_MODULE_NAME=${COMPILED}`,
    '-DBUILDING_NODE_EXTENSION'
  ]
  compile(`${triplet}-g++`, [...flags, `-I${headers()}`, `-I${join(root, 'node_modules', 'nan')}`], {
    source: join(root, 'node_modules', COMPILED, 'src', `${COMPILED}.cc`),
    binary: join(out, 'node_modules', COMPILED, 'build', 'Release', `${COMPILED}.node`)
  })
  for (const name of [COMPILED, ...PLAIN]) copyPackage(name, out)
}

function targetOf(target) {
  if (Object.hasOwn(TARGETS, target)) return TARGETS[target]
  throw new Error(`--natives ${target}: there is ${targets.join(' and ')}`)
}

/** The same for both machines. */
function headers() {
  const folder = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'include', 'node')
  if (!existsSync(folder)) throw new Error(`${relative(root, folder)} is not there: npm ci`)
  return folder
}

/** What the package needs at run time, and its licence. */
function copyPackage(name, out) {
  const from = join(root, 'node_modules', name)
  if (!existsSync(from)) throw new Error(`node_modules/${name} is not there: npm ci`)
  const files = readdirSync(from).filter((file) => /\.js$|^package\.json$|^licen[cs]e/i.test(file))
  for (const file of files) cpSync(join(from, file), join(out, 'node_modules', name, file))
}

function compile(compiler, flags, { source, binary }) {
  mkdirSync(dirname(binary), { recursive: true })
  const made = spawnSync(compiler, [...flags, '-s', NAMES, source, '-o', binary], { encoding: 'utf8' })
  if (made.error?.code === 'ENOENT')
    throw new Error(
      `there is no ${compiler} for ${basename(source)}: apt-get install ${debianPackage(compiler)}`
    )
  if (made.status !== 0) throw new Error(`${basename(source)}: ${made.stderr}`)
}

/** `aarch64-linux-gnu-g++` is in g++-aarch64-linux-gnu. */
function debianPackage(compiler) {
  const [, triplet, name] = /^(.*)-(gcc|g\+\+)$/.exec(compiler) ?? []
  return `${name}-${triplet?.replace('x86_64', 'x86-64')}`
}
