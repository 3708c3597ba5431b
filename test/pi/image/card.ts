import { chmodSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import type { Base } from './base.ts'
import { addKith } from './kith.ts'

const BOARD = join(import.meta.dirname, '../board')

/** QEMU takes cards whose size is a power of two only. */
const SIZE = '512M'

/**
 * An SD card with this clone's kith.
 * @param work an empty folder on the file system of the cache, for its tree is linked, not copied
 * @param home what makes the board's node: its key
 * @returns path of the image
 */
export async function makeCard(base: Base, home: string, work: string): Promise<string> {
  const tree = join(work, 'tree')
  await command('cp', ['--archive', '--link', base.tree, tree], { deadline: 60_000 })
  await addKith(tree)
  for (const name of ['inittab', 'boot', 'kith']) cpSync(join(BOARD, name), join(tree, 'etc', name))
  cpSync(join(BOARD, 'kith-command'), join(tree, 'bin/kith'))
  for (const program of ['etc/boot', 'etc/kith', 'bin/kith']) chmodSync(join(tree, program), 0o755)
  mkdirSync(join(tree, 'var/cache/kith'))
  cpSync(home, join(tree, 'var/lib/kith'), { recursive: true })
  cpSync(join(BOARD, 'kith.yaml'), join(tree, 'var/lib/kith/kith.yaml'))
  const card = join(work, 'card.ext4')
  const words = ['-q', '-t', 'ext4', '-E', 'root_owner=0:0', '-d', tree, card, SIZE]
  await command('mke2fs', words, { deadline: 120_000 })
  return card
}
