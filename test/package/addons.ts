import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodePackage } from '../../scripts/deb/node-binary.ts'

/** How each machine's programs run on another: qemu-user, with the libraries of Debian's cross compiler. */
const EMULATORS = {
  'linux-arm64': ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
  'linux-x64': ['qemu-x86_64-static', '-L', '/usr/x86_64-linux-gnu']
} as const
/** That of the machine that this one is not. */
export const [EMULATOR, ...LIBRARIES] = EMULATORS[process.arch === 'arm64' ? 'linux-x64' : 'linux-arm64']
/** The oldest glibc 2.x that Node 24 itself runs with. */
const GLIBC = 28

/** Each calls the system: /dev/null is no GPIO chip and no I2C adapter (-25, ENOTTY). */
const PROGRAM = `
  const [gpio, i2c, own] = process.argv.slice(1).map((file) => require(file))
  const file = require('node:fs').openSync('/dev/null')
  const said = (call) => { try { call() } catch ({ syscall, errno }) { return syscall + errno } }
  console.log(process.arch, typeof own.trim(), said(() => gpio.chipInfo(file)), said(() => i2c.functions(file)))`

/** Loads the addons of each machine. @throws Error */
export function checkAddons(clone: string, installed: string): string {
  const folder = join(installed, 'native/build')
  const targets = readdirSync(folder).sort()
  if (targets.join() !== Object.keys(EMULATORS).join()) throw new Error(`there is ${targets}`)
  return targets.map((target) => loaded(clone, target, join(folder, target))).join(', ')
}

function loaded(clone: string, target: string, folder: string): string {
  const files = ['gpio.node', 'i2c.node', 'process.node'].map((name) => join(folder, name))
  for (const file of files) {
    const versions = readFileSync(file, 'latin1').matchAll(/GLIBC_2\.(\d+)/g)
    const newest = Math.max(...Array.from(versions, ([, minor]) => Number(minor)))
    if (!(newest <= GLIBC)) throw new Error(`${file} needs glibc 2.${newest}`)
  }
  const words = ['--eval', PROGRAM, ...files]
  const options = { encoding: 'utf8', timeout: 120_000 } as const
  const { stdout, stderr } =
    target === `linux-${process.arch}`
      ? spawnSync(process.execPath, words, options)
      : spawnSync(EMULATOR, [...LIBRARIES, join(nodePackage(clone, target), 'bin/node'), ...words], options)
  if (!/^\w+ boolean GPIO_GET_CHIPINFO_IOCTL-25 I2C_FUNCS-25\n$/.test(stdout))
    throw new Error(`${target}: ${stdout}${stderr}`)
  return stdout.trim()
}
