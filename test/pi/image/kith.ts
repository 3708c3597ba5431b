import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import { Lacking } from '../needs.ts'
import type { Base } from './base.ts'

const CLONE = join(import.meta.dirname, '../../..')

/** Native packages stay packages, and find their addons by themselves. */
const PACKAGES = ['i2c-bus', 'onoff', 'epoll', 'bindings', 'file-uri-to-path', 'lodash.debounce']

const BANNER = "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);"

/**
 * Puts this clone's kith on the card, bundled: some 2,000 files would take a minute and a half to load there.
 * The files that look for others beside themselves are two or three folders deep in the clone; from
 * /src/kith both ways lead to the root.
 */
export async function addKith({ esbuild, headers }: Base, tree: string): Promise<void> {
  const out = join(tree, 'src/kith')
  const external = ['--external:i2c-bus', '--external:onoff', '--external:*.node']
  const form = ['--platform=node', '--target=node24', '--format=esm', '--splitting', `--banner:js=${BANNER}`]
  const words = ['src/main.ts', '--bundle', ...form, ...external, `--outdir=${out}`, '--log-level=error']
  await command(esbuild, words, { deadline: 60_000, folder: CLONE })
  cpSync(join(CLONE, 'package.json'), join(tree, 'package.json'))
  for (const name of PACKAGES)
    cpSync(packageFolder(name), join(tree, 'node_modules', name), { recursive: true, filter: notBuilt })
  await Promise.all([
    addon(headers, 'i2c-bus', 'i2c', tree),
    addon(headers, 'epoll', 'epoll', tree),
    gpioAddon(headers, tree)
  ])
}

/** What is built there is for the host. */
function notBuilt(path: string): boolean {
  return !path.endsWith('/build')
}

/** What its binding.gyp has node-gyp do, for a processor that node-gyp's host is not. */
async function addon(headers: string, name: string, target: string, tree: string): Promise<void> {
  const folder = join(tree, 'node_modules', name, 'build/Release')
  mkdirSync(folder, { recursive: true })
  const source = join(packageFolder(name), 'src', `${target}.cc`)
  const define = [`-DNODE_GYP_MODULE_NAME=${target}`, '-DBUILDING_NODE_EXTENSION', '-D_FILE_OFFSET_BITS=64']
  const include = [`-I${headers}`, `-I${packageFolder('nan')}`]
  const flags = ['-std=gnu++20', '-O2', '-fPIC', '-shared', '-w', ...define, ...include]
  await compile('aarch64-linux-gnu-g++', [...flags, source, '-o', join(folder, `${target}.node`)])
}

/** As scripts/build-native.mjs does. */
async function gpioAddon(headers: string, tree: string): Promise<void> {
  const folder = join(tree, 'native/build')
  mkdirSync(folder, { recursive: true })
  const flags = [
    '-std=c11',
    '-D_GNU_SOURCE',
    '-O2',
    '-fPIC',
    '-shared',
    '-Wl,-z,relro,-z,now',
    `-I${headers}`
  ]
  const words = [join(CLONE, 'native/gpio.c'), '-o', join(folder, 'gpio.node')]
  await compile('aarch64-linux-gnu-gcc', [...flags, ...words])
}

function compile(compiler: string, words: readonly string[]): Promise<string> {
  return command(compiler, words, { deadline: 120_000 })
}

/** @throws Lacking where an optional package was left out */
function packageFolder(name: string): string {
  const folder = join(CLONE, 'node_modules', name)
  if (existsSync(folder)) return folder
  throw new Lacking(`the package ${name} is not installed: npm ci --include=optional`)
}
