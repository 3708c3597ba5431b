import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { clockChips, devices } from '../../devices/index.ts'
import { allCommands } from '../../src/cli/commands.ts'
import { shells } from '../../src/cli/completion/places.ts'
import { completionScript } from '../../src/cli/completion/script.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { manualPages } from '../manual/pages.ts'
import { nodePackage } from './node-binary.ts'

export interface TreeInit {
  /** The clone. */
  readonly root: string
  /** An empty folder. */
  readonly tree: string
  /** linux-arm64 or linux-x64. */
  readonly target: string
  /** Of kith, for the manual pages. */
  readonly version: string
  /** Of the package. */
  readonly packageVersion: string
  /** Unix time of what has no time of its own. */
  readonly seconds: number
}

/** From deploy/ to where Debian has it. */
const COPIED: Readonly<Record<string, string>> = {
  'systemd/kith.service': 'usr/lib/systemd/system/kith.service',
  'systemd/kith.sysusers': 'usr/lib/sysusers.d/kith.conf',
  'systemd/kith.tmpfiles': 'usr/lib/tmpfiles.d/kith.conf',
  'systemd/kith.modules': 'usr/lib/modules-load.d/kith.conf',
  // After 50-udev-default.rules, which gives these devices to root.
  'systemd/kith.rules': 'usr/lib/udev/rules.d/60-kith.rules',
  'debian/kith': 'usr/bin/kith',
  'debian/copyright': 'usr/share/doc/kith/copyright',
  'debian/lintian-overrides': 'usr/share/lintian/overrides/kith'
}

/** As deploy/debian/control has it. */
const MAINTAINER = 'The kith contributors <maintainers@kith.example>'

/** What is in the bundle for npm, or is in another place here. */
const NOT_INSTALLED = [
  'scripts/addons.mjs',
  'scripts/build-native.mjs',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'LICENSE-APACHE',
  'LICENSE-MIT'
]

const COMPLETIONS: Readonly<Record<(typeof shells)[number], string>> = {
  bash: 'usr/share/bash-completion/completions/kith',
  zsh: 'usr/share/zsh/vendor-completions/_kith',
  fish: 'usr/share/fish/vendor_completions.d/kith.fish'
}

/** Lays out the files that the package installs. @throws Error where the build or npm fails */
export async function layOut(init: TreeInit): Promise<void> {
  const { root, tree, target } = init
  const library = join(tree, 'usr/lib/kith')
  build(root, library, target)
  const node = nodePackage(root, target)
  cpSync(join(node, 'bin/node'), join(library, 'node'))
  for (const [from, to] of Object.entries(COPIED)) put(tree, to, readFileSync(join(root, 'deploy', from)))
  document(init, node)
  await describe(init)
}

function build(root: string, library: string, target: string): void {
  const words = [join(root, 'scripts/build.mjs'), '--out', library, '--natives', target]
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the build failed: ${stderr}`)
}

/** Documents to where Debian has them. */
function document(init: TreeInit, node: string): void {
  const { root, tree } = init
  const library = join(tree, 'usr/lib/kith')
  const folder = 'usr/share/doc/kith'
  put(tree, `${folder}/changelog.gz`, packed(debianChangelog(init)))
  put(tree, `${folder}/CHANGELOG.md.gz`, packed(readFileSync(join(root, 'CHANGELOG.md'))))
  put(tree, `${folder}/README.md.gz`, packed(readFileSync(join(root, 'README.md'))))
  put(
    tree,
    `${folder}/THIRD-PARTY-LICENSES.txt.gz`,
    packed(readFileSync(join(library, 'THIRD-PARTY-LICENSES.txt')))
  )
  put(tree, `${folder}/LICENSE.node.gz`, packed(readFileSync(join(node, 'LICENSE'))))
  for (const name of [...NOT_INSTALLED, 'THIRD-PARTY-LICENSES.txt'])
    rmSync(join(library, name), { recursive: true })
  for (const name of readdirSync(join(library, 'native')))
    if (/\.[ch]$/.test(name)) rmSync(join(library, 'native', name))
}

/** deb-changelog(5), of one entry: what changed is in CHANGELOG.md. */
function debianChangelog({ packageVersion, seconds }: TreeInit): string {
  const time = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000')
  const head = `kith (${packageVersion}) unstable; urgency=medium`
  return `${head}\n\n  * CHANGELOG.md says what changed.\n\n -- ${MAINTAINER}  ${time}\n`
}

/** Manual pages, completions, and the configuration of a new service with its schema. */
async function describe({ root, tree, version, seconds }: TreeInit): Promise<void> {
  const commands = await allCommands()
  for (const shell of shells) put(tree, COMPLETIONS[shell], `${completionScript(shell, commands)}\n`)
  for (const [name, page] of Object.entries(await manualPages(version, seconds)))
    put(tree, `usr/share/man/man${name.at(-1)}/${name}.gz`, packed(page))
  const example = readFileSync(join(root, 'deploy/kith.example.yaml'), 'utf8')
  // Without it the node has the name of the machine.
  put(tree, 'usr/share/kith/kith.yaml', example.replace(/^name:/m, '#name:'))
  const schema = await configJsonSchema(devices, clockChips)
  put(tree, 'usr/share/kith/kith.schema.json', `${JSON.stringify(schema, undefined, 2)}\n`)
}

function put(tree: string, path: string, content: string | Uint8Array): void {
  const file = join(tree, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** Without name and time, as gzip -9n. */
function packed(content: string | Uint8Array): Uint8Array {
  return gzipSync(content, { level: 9 })
}
