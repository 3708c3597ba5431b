import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { command } from '../command.ts'
import type { Debian } from './debian.ts'

/**
 * Copies modules of the kernel, and those that they need, into a tree; uncompressed, for busybox.
 * @throws Error where the kernel has none of that name
 */
export async function copyModules(debian: Debian, names: readonly string[], tree: string): Promise<void> {
  const target = join(tree, 'lib/modules', debian.release)
  mkdirSync(target, { recursive: true })
  for (const file of await filesOf(debian, names)) await unpack(file, join(target, basename(file, '.xz')))
  await command('depmod', ['-b', tree, debian.release], { deadline: 60_000 })
}

/** Lines of modprobe: `insmod /…/lm75.ko.xz`, or `builtin lm75`. */
async function filesOf({ folder, release }: Debian, names: readonly string[]): Promise<Set<string>> {
  const words = ['-d', folder, '-S', release, '-a', '--show-depends', ...names]
  const lines = (await command('modprobe', words, { deadline: 60_000 })).split('\n')
  return new Set(lines.flatMap((line) => /^insmod (\S+)/.exec(line)?.[1] ?? []))
}

async function unpack(file: string, target: string): Promise<void> {
  const xz = spawn('xz', ['-dc', file], { stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 })
  xz.stdout.pipe(createWriteStream(target))
  const [status] = await once(xz, 'close')
  if (status !== 0) throw new Error(`xz cannot unpack ${file}`)
}
