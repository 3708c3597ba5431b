import { dirname, join, resolve } from 'node:path'
import { nodePackage } from '../../scripts/deb/node-binary.ts'
import { rootArchive, run } from '../debian/root.ts'
import type { Buildah } from './buildah.ts'

/** With the name of each among Node's packages. */
export const ARCHITECTURES = { amd64: 'linux-x64', arm64: 'linux-arm64' } as const
export type Architecture = keyof typeof ARCHITECTURES
export const HOST: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** What the official image has of what the build needs. */
const PACKAGES = ['ca-certificates']
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

export function baseOf(architecture: Architecture): string {
  return `localhost/kith-test-base:${architecture}`
}

/**
 * An image as node:24-trixie-slim: Debian, the Node of package-lock.json, and npm where the build runs.
 * @param cache folder for what is fetched @throws Lacking where Debian cannot be reached
 */
export async function makeBase(
  buildah: Buildah,
  clone: string,
  cache: string,
  architecture: Architecture
): Promise<void> {
  const archive = await rootArchive(cache, architecture, PACKAGES)
  const node = join(nodePackage(clone, ARCHITECTURES[architecture]), 'bin/node')
  const container = await buildah.do('from', 'scratch')
  await buildah.do('add', container, archive, '/')
  await buildah.do('copy', container, node, '/usr/local/bin/node')
  await buildah.do('config', '--arch', architecture, '--env', 'PATH=/usr/local/bin:/usr/bin:/bin', container)
  if (architecture === HOST) await addNpm(buildah, container)
  await buildah.do('commit', '--rm', container, baseOf(architecture))
}

/** The npm of this machine, and the certificates that it trusts. */
async function addNpm(buildah: Buildah, container: string): Promise<void> {
  const { output } = await run('sh', ['-c', 'readlink -f "$(command -v npm)"'])
  const npm = resolve(dirname(output.trim()), '..')
  await buildah.do('copy', container, npm, '/usr/local/lib/node_modules/npm')
  const link = ['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm']
  const linked = await buildah.within(container, ...link)
  if (linked.status !== 0) throw new Error(linked.output)
  const certificates = process.env['NODE_EXTRA_CA_CERTS']
  if (certificates === undefined) return
  await buildah.do('copy', container, certificates, CERTIFICATES)
  await buildah.do('config', '--env', `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, container)
}
