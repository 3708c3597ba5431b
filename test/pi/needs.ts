import { delimiter } from 'node:path'
import { checkPrograms, Lacking } from '../support/process/needs.ts'
import { command } from './command.ts'

/** Programs, and the packages of Debian that have them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'qemu-system-aarch64': 'qemu-system-arm',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  depmod: 'kmod',
  modprobe: 'kmod',
  fdtput: 'device-tree-compiler',
  tar: 'tar',
  xz: 'xz-utils',
  cpio: 'cpio',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu'
}

/** The oldest QEMU that this was seen to work with; its models of I2C came after that of Debian 12. */
const QEMU = 10

/** @throws Lacking with one sentence: what is missing, and how to get it */
export async function checkNeeds(): Promise<void> {
  if (process.platform !== 'linux') throw new Lacking(`it needs Linux, and this is ${process.platform}`)
  // Debian has mke2fs and depmod in folders that are not in everybody's path.
  process.env['PATH'] = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter)
  checkPrograms(PROGRAMS)
  await checkQemu()
}

async function checkQemu(): Promise<void> {
  const text = await command('qemu-system-aarch64', ['--version'], { deadline: 10_000 })
  const [, major = '0'] = /version (\d+)/.exec(text) ?? []
  if (Number(major) >= QEMU) return
  throw new Lacking(
    `QEMU ${QEMU} is needed and this is ${major}: apt-get install -t bookworm-backports qemu-system-arm`
  )
}
