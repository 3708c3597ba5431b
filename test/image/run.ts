// Boots the image for Raspberry Pi in QEMU, as a person would use it: docs/emulated-pi.md.
//
//     npm run test:image                     dist-image/kith-rpi-<version>.img, made by `npm run image`
//     npm run test:image -- FILE             another one
//     npm run test:image -- --files          reads the boot partition and the manifest, and boots nothing
//     npm run test:image -- --board pi5      the same for that board's image: QEMU has no Raspberry Pi 5
//     npm run test:image -- --required       fails where something is missing
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { command } from '../pi/command.ts'
import { makeHome } from '../pi/home.ts'
import { Lacking, orSkipped } from '../support/process/needs.ts'
import { BOARDS, checkBootPartition } from './boot-partition.ts'
import { Card } from './card.ts'
import { imageFiles } from './image-files.ts'
import { checkManifest } from './manifest.ts'
import { checkNeeds, checkTools } from './needs.ts'
import { scenario } from './scenario.ts'

const CLONE = join(import.meta.dirname, '../..')
const { values, positionals } = parseArgs({
  options: {
    required: { type: 'boolean', default: false },
    files: { type: 'boolean', default: false },
    board: { type: 'string', default: 'pi3' }
  },
  allowPositionals: true
})
const { board } = values
if (board !== 'pi3' && board !== 'pi5') throw new Error(`--board takes pi3 or pi5, not ${board}`)
const boots = board === 'pi3' && !values.files
await orSkipped(values.required, async () => {
  await (boots ? checkNeeds() : checkTools())
  const image = positionals[0] ?? builtImage()
  if (!existsSync(image)) throw new Lacking(`there is no ${image}: npm run image makes it`)
  for (const line of await checkBootPartition(imageFiles(image), BOARDS[board])) print(line)
  for (const line of await checkManifest(image)) print(line)
  if (boots) await withImage(image)
  else print('the files are there; nothing was booted')
})

function builtImage(): string {
  const { version } = JSON.parse(readFileSync(join(CLONE, 'package.json'), 'utf8')) as { version: string }
  return join(CLONE, `dist-image/kith-rpi${board === 'pi5' ? '5' : ''}-${version}.img`)
}

async function withImage(image: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'kith-image-'))
  try {
    const hostHome = join(work, 'host')
    mkdirSync(hostHome, { mode: 0o700 })
    const hostPeer = await makeHome(hostHome)
    await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(work, 'key')], {
      deadline: 60_000
    })
    const key = readFileSync(join(work, 'key.pub'), 'utf8').trim()
    await scenario({ card: Card.make(image, work), work, hostHome, hostPeer, key, print })
    print('all is well')
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** With the seconds since the beginning. */
function print(line: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${line}`)
}
