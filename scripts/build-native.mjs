// Run by npm after an install ("prepare"), by whatever Node the system has: plain JavaScript.
//
// kith runs under the Node of devDependency `node`, the native packages were just built for the
// Node that ran npm. They are built again, against the headers that node-linux-<arch> carries.
// kith's own addon for GPIO (native/gpio.c, Node-API) is one call of the C compiler, and serves every Node.
// Where that cannot be done (no compiler, another system), kith runs all the same with simulated
// hardware, and says what is missing when real hardware is asked for.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(join(root, 'package.json'))
const natives = ['i2c-bus', 'epoll'].filter((name) => existsSync(join(root, 'node_modules', name)))
const runtime = join(root, 'node_modules', '.bin', 'node')

if (natives.length > 0 && existsSync(runtime) && !loads()) {
  const built = spawnSync('npm', ['rebuild', ...natives, ...headers()], {
    cwd: root,
    stdio: 'pipe',
    encoding: 'utf8'
  })
  if (!loads()) {
    console.warn(
      `kith: ${natives.join(' and ')} could not be built; kith runs, with simulated hardware only.`
    )
    console.warn(
      `kith: to use I2C and GPIO install a C++ compiler, make and python3, then: npm rebuild ${natives.join(' ')}`
    )
    console.warn((built.stderr ?? '').split('\n').slice(-6).join('\n'))
  }
}

buildGpio()

/** Compiles the addon against the headers of whatever Node is at hand: Node-API is the same in all. */
function buildGpio() {
  const source = join(root, 'native', 'gpio.c')
  if (process.platform !== 'linux' || !existsSync(source)) return
  const include = [
    ...headers().map((flag) => join(flag.slice('--nodedir='.length), 'include', 'node')),
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    '/usr/include/node'
  ].find((folder) => existsSync(join(folder, 'node_api.h')) && existsSync(join(folder, 'uv.h')))
  mkdirSync(join(root, 'native', 'build'), { recursive: true })
  const target = join(root, 'native', 'build', 'gpio.node')
  const flags = ['-std=c11', '-D_GNU_SOURCE', '-O2', '-fPIC', '-shared', '-Wl,-z,relro,-z,now']
  const built =
    include === undefined
      ? { status: 1, stderr: 'no headers of Node were found' }
      : spawnSync(process.env.CC ?? 'cc', [...flags, `-I${include}`, source, '-o', target], {
          encoding: 'utf8'
        })
  if (built.status === 0) return
  console.warn(
    'kith: the GPIO addon could not be built; contacts and switches go over sysfs, pulses are not counted.'
  )
  console.warn(
    'kith: to use it install a C compiler (and the kernel headers, linux-libc-dev), then: npm run prepare'
  )
  console.warn((built.stderr ?? String(built.error)).split('\n').slice(0, 6).join('\n'))
}

/** Whether every native package loads in the Node that kith runs under. */
function loads() {
  const program = natives.map((name) => `require('${name}')`).join(';')
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
