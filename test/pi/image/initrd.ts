import { chmodSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import type { Debian } from './debian.ts'
import { copyModules } from './modules.ts'

/** Debian's kernel has its SD card and ext4 as modules. */
const MODULES = ['crc32c_generic', 'sdhci-iproc', 'bcm2835', 'ext4']

/** The first root of the kernel, which mounts the card: busybox, a script and a few modules. */
export async function makeInitrd(debian: Debian, init: string, tree: string, target: string): Promise<void> {
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'root'])
    mkdirSync(join(tree, folder), { recursive: true })
  cpSync(join(debian.folder, 'usr/bin/busybox'), join(tree, 'bin/busybox'))
  cpSync(init, join(tree, 'init'))
  chmodSync(join(tree, 'init'), 0o755)
  await copyModules(debian, MODULES, tree)
  const pack = 'find . | cpio --create --format=newc --owner=0:0 --quiet > "$0"'
  await command('sh', ['-c', pack, target], { deadline: 60_000, folder: tree })
}
