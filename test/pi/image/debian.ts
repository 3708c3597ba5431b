import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Lacking } from '../../support/process/needs.ts'
import { command } from '../command.ts'

const SUITE = 'trixie'
const MIRROR = 'http://deb.debian.org/debian'
const PACKAGES = ['linux-image-arm64', 'busybox-static', 'libstdc++6']

/** What of them is used; the rest comes along as dependencies. */
const WANTED = [
  './boot/vmlinuz-*',
  './usr/lib/linux-image-*/broadcom/bcm2837-rpi-3-b.dtb',
  './usr/lib/modules',
  './usr/bin/busybox',
  './usr/lib/ld-linux-aarch64.so.1',
  './usr/lib/aarch64-linux-gnu'
]

export interface Debian {
  /** Files of a kernel, /usr/lib with its modules, and busybox. */
  readonly folder: string
  readonly kernel: string
  readonly deviceTree: string
  /** `6.12.48+deb13-arm64` */
  readonly release: string
}

/**
 * Packages of Debian for arm64, unpacked and not installed: no script of theirs is run, so no emulator is
 * needed, no right either, and the 20 minutes of mkinitramfs are not spent.
 * @throws Lacking where they cannot be downloaded
 */
export async function unpackDebian(folder: string): Promise<Debian> {
  const packed = `${folder}.tar`
  // Without root there is no chroot, and nothing is run in it.
  const mode = process.getuid?.() === 0 ? 'root' : 'chrootless'
  const words = [
    `--mode=${mode}`,
    '--variant=extract',
    '--architectures=arm64',
    `--include=${PACKAGES.join(',')}`
  ]
  await command('mmdebstrap', [...words, SUITE, packed, MIRROR], { deadline: 600_000 }).catch((error) => {
    throw new Lacking(`the packages of Debian cannot be had: ${error.message}`, { cause: error })
  })
  mkdirSync(folder, { recursive: true })
  await command('tar', ['-xf', packed, '-C', folder, '--no-same-owner', '--wildcards', ...WANTED], {
    deadline: 120_000
  })
  rmSync(packed)
  // depmod and modprobe look in /lib, which is a link in Debian.
  renameSync(join(folder, 'usr/lib'), join(folder, 'lib'))
  const [release = ''] = readdirSync(join(folder, 'lib/modules'))
  await command('depmod', ['-b', folder, release], { deadline: 120_000 })
  return {
    folder,
    release,
    kernel: join(folder, `boot/vmlinuz-${release}`),
    deviceTree: join(folder, `lib/linux-image-${release}/broadcom/bcm2837-rpi-3-b.dtb`)
  }
}
