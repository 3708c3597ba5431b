// Run by npm after an install ("prepare"), by whatever Node the system has: plain JavaScript.
//
// kith runs under the Node of devDependency `node`, the native packages were just built for the
// Node that ran npm. They are built again, against the headers that node-linux-<arch> carries.
// kith's own addon for GPIO (native/gpio.c, Node-API) is one call of the C compiler, and serves every Node.
// Where that cannot be done (no compiler, another system), kith runs all the same with simulated
// hardware, and says what is missing when real hardware is asked for. Here it is told to who asked for this
// build (`npm run prepare`), not at every install.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(join(root, 'package.json'))
const packages = join(root, 'node_modules')
const runtime = join(packages, '.bin', 'node')
const installing = ['ci', 'install'].includes(process.env.npm_command)

if (process.platform !== 'linux') warn('I2C and GPIO are there on Linux only; kith runs simulated')
else {
  // As a package of others, kith has its packages beside it, built for the only Node there is.
  if (existsSync(runtime)) buildPackages(['i2c-bus', 'epoll'])
  buildGpio()
}

/** Builds what npm built for another Node. It has left out what it could not build. */
function buildPackages(names) {
  const there = names.filter((name) => existsSync(join(packages, name)))
  let why = ''
  if (there.length > 0 && !loads(there))
    why = spawnSync('npm', ['rebuild', ...there, ...headers()], { cwd: root, encoding: 'utf8' }).stderr ?? ''
  if (there.length === names.length && loads(there)) return
  warn(`${names.join(' and ')} could not be built: no I2C, and GPIO by the addon only`)
  warn('to use them install a C++ compiler, make and python3, then: npm ci')
  warn(why.split('\n').slice(-6).join('\n'))
}

/** Compiles the addon against the headers of whatever Node is at hand: Node-API is the same in all. */
function buildGpio() {
  const include = [
    ...headers().map((flag) => join(flag.slice('--nodedir='.length), 'include', 'node')),
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    '/usr/include/node'
  ].find((folder) => existsSync(join(folder, 'node_api.h')) && existsSync(join(folder, 'uv.h')))
  mkdirSync(join(root, 'native', 'build'), { recursive: true })
  const files = [join(root, 'native', 'gpio.c'), '-o', join(root, 'native', 'build', 'gpio.node')]
  const flags = ['-std=c11', '-D_GNU_SOURCE', '-O2', '-fPIC', '-shared', '-Wl,-z,relro,-z,now']
  const built =
    include === undefined
      ? { status: 1, stderr: 'no headers of Node were found' }
      : spawnSync(process.env.CC ?? 'cc', [...flags, `-I${include}`, ...files], { encoding: 'utf8' })
  if (built.status === 0) return
  warn('the GPIO addon could not be built: contacts and switches go over sysfs, pulses are not counted')
  warn('to use it install a C compiler (and the kernel headers, linux-libc-dev), then: npm run prepare')
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

/** Where the headers of that very Node are, when they came with it from the registry. */
function headers() {
  try {
    const folder = dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`))
    return existsSync(join(folder, 'include')) ? [`--nodedir=${folder}`] : []
  } catch {
    return []
  }
}
