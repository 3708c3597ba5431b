// Run by npm after an install ("prepare"), by whatever Node the system has: plain JavaScript.
//
// kith runs under the Node of devDependency `node`, but npm built i2c-bus and epoll for the Node that ran npm. They
// are built again, against the headers that node-linux-<arch> contains.
// kith's own addons (native/*.c, Node-API) are one call of the C compiler each and work in every Node.
// Where that cannot be done (no compiler, another system), kith runs with simulated hardware, and reports what
// is missing when real hardware is configured. The warnings below are printed by `npm run prepare`, not by every
// install. The npm package has the addons of the usual machines; on others it is run by hand.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addonFlags, addons } from './addons.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(join(root, 'package.json'))
const packages = join(root, 'node_modules')
const runtime = join(packages, '.bin', 'node')
const installing = ['ci', 'install'].includes(process.env.npm_command)

if (process.platform !== 'linux') warn('I2C and GPIO exist on Linux only; kith runs simulated')
else {
  // A package has no Node of its own: kith runs under the one that npm built its packages for.
  if (existsSync(runtime)) buildPackages(['i2c-bus', 'epoll'])
  for (const [name, without] of Object.entries(addons)) buildAddon(name, without)
}

/** Builds again what npm built for another Node. npm leaves out optional packages that it could not build. */
function buildPackages(names) {
  const there = names.filter((name) => existsSync(join(packages, name)))
  let why = ''
  if (there.length > 0 && !loads(there))
    why = spawnSync('npm', ['rebuild', ...there, ...headers()], { cwd: root, encoding: 'utf8' }).stderr ?? ''
  if (there.length === names.length && loads(there)) return
  warn(
    `${names.join(' and ')} could not be built: I2C and GPIO by the addons only, GPIO on Linux 5.10 and newer`
  )
  warn('to use them install a C++ compiler, make and python3, then: npm ci')
  warn(why.split('\n').slice(-6).join('\n'))
}

/**
 * Compiles an addon against the headers of any Node: Node-API is the same in all of them.
 * @param without what kith does where it cannot be compiled
 */
function buildAddon(name, without) {
  const include = [
    ...headers().map((flag) => join(flag.slice('--nodedir='.length), 'include', 'node')),
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    '/usr/include/node'
  ].find((folder) => existsSync(join(folder, 'node_api.h')) && existsSync(join(folder, 'uv.h')))
  const folder = join(root, 'native', 'build', `${process.platform}-${process.arch}`)
  mkdirSync(folder, { recursive: true })
  const files = [join(root, 'native', `${name}.c`), '-o', join(folder, `${name}.node`)]
  const built =
    include === undefined
      ? { status: 1, stderr: 'no headers of Node were found' }
      : spawnSync(process.env.CC ?? 'cc', [...addonFlags, `-I${include}`, ...files], { encoding: 'utf8' })
  if (built.status === 0) return
  warn(`the addon ${name} could not be built: ${without}`)
  warn(
    'to use it install a C compiler (and the kernel headers, linux-libc-dev), then: node scripts/build-native.mjs'
  )
  warn((built.stderr ?? String(built.error)).split('\n').slice(0, 6).join('\n'))
}

function warn(text) {
  if (!installing && text !== '') console.warn(`kith: ${text}`)
}

/** Whether every one of these packages loads in the Node that kith runs under. */
function loads(names) {
  const program = names.map((name) => `require('${name}')`).join(';')
  return spawnSync(runtime, ['-e', program], { cwd: root, stdio: 'ignore' }).status === 0
}

/** The npm option that names the headers of the Node that kith runs under, where its package contains them. */
function headers() {
  try {
    const folder = dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`))
    return existsSync(join(folder, 'include')) ? [`--nodedir=${folder}`] : []
  } catch {
    return []
  }
}
