import { join } from 'node:path'
import { command } from '../command.ts'

const CLONE = join(import.meta.dirname, '../../..')

/** Puts this clone's kith on the card, as packages have it. @throws Error where the build or a compiler fails */
export async function addKith(tree: string): Promise<void> {
  const script = join(CLONE, 'scripts/build.mjs')
  const words = [script, '--out', join(tree, 'kith'), '--natives', 'linux-arm64', '--without-types']
  await command(process.execPath, words, { deadline: 120_000, folder: CLONE })
}
