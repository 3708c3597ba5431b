// The container image, built for amd64 and arm64 and started in both:
//
//     npm run test:container                      needs root, buildah, mmdebstrap, and qemu-user with binfmt for arm64
//     npm run test:container -- --required        fails where something is missing, instead of skipping
//     npm run test:container -- --arch amd64      one of both
//
// No registry is asked: a minimal Debian with the Node of package-lock.json stands in for the base image. Containers run
// in a chroot: the user and the files are those of an engine, the read-only root and the limits of compose.yaml are not.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodePackage } from '../../scripts/deb/node-binary.ts'
import { checkNeeds, Lacking, rootArchive, run } from '../debian/root.ts'
import { Buildah } from './buildah.ts'
import { checkNode } from './check-node.ts'

const ARCHITECTURES = { amd64: 'linux-x64', arm64: 'linux-arm64' } as const
type Architecture = keyof typeof ARCHITECTURES
/** Bytes that are ours in the image. */
const MAX_BYTES = 15e6
/** What the official image has of what the build needs. */
const PACKAGES = ['ca-certificates']
/** Of what is in the image: the same for two builds. */
const TIMESTAMP = '1767225600'

const clone = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(clone, 'node_modules/.cache/kith')
const host: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
const { values } = parseArgs({
  options: { required: { type: 'boolean', default: false }, arch: { type: 'string' } }
})
const architectures = ([host, host === 'amd64' ? 'arm64' : 'amd64'] as const).filter(
  (architecture) => values.arch === undefined || values.arch === architecture
)
if (architectures.length === 0) throw new Error(`--arch ${values.arch}: amd64 or arm64`)

try {
  for (const architecture of architectures)
    checkNeeds({ buildah: 'buildah', mmdebstrap: 'mmdebstrap' }, architecture)
  await testAll()
} catch (error) {
  if (!(error instanceof Lacking)) throw error
  console.log(`skipped: ${error.message}`)
  process.exitCode = values.required ? 1 : 0
}

async function testAll(): Promise<void> {
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'container-'))
  const buildah = new Buildah(work)
  try {
    for (const architecture of new Set([host, ...architectures])) await makeBase(buildah, architecture)
    for (const architecture of architectures) {
      const image = await build(buildah, architecture)
      const container = await buildah.do('from', '--pull-never', '--arch', architecture, image)
      await checkSize(buildah, container, architecture)
      for (const line of await checkNode(buildah, { image, container, clone, architecture }))
        console.log(`ok ${architecture}: ${line}`)
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function baseOf(architecture: Architecture): string {
  return `localhost/kith-test-base:${architecture}`
}

/** An image as node:24-trixie-slim: Debian, Node, and where the build runs npm. */
async function makeBase(buildah: Buildah, architecture: Architecture): Promise<void> {
  const archive = await rootArchive(cache, architecture, PACKAGES)
  const node = join(nodePackage(clone, ARCHITECTURES[architecture]), 'bin/node')
  const container = await buildah.do('from', 'scratch')
  await buildah.do('add', container, archive, '/')
  await buildah.do('copy', container, node, '/usr/local/bin/node')
  await buildah.do('config', '--arch', architecture, '--env', 'PATH=/usr/local/bin:/usr/bin:/bin', container)
  if (architecture === host) await addNpm(buildah, container)
  await buildah.do('commit', '--rm', container, baseOf(architecture))
}

/** The npm of this machine, and the certificates that it trusts. */
async function addNpm(buildah: Buildah, container: string): Promise<void> {
  const { output } = await run('sh', ['-c', 'readlink -f "$(command -v npm)"'])
  const npm = resolve(dirname(output.trim()), '..')
  await buildah.do('copy', container, npm, '/usr/local/lib/node_modules/npm')
  const words = ['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm']
  await buildah.do('run', '--isolation', 'chroot', container, '--', ...words)
  const certificates = process.env['NODE_EXTRA_CA_CERTS']
  if (certificates === undefined) return
  await buildah.do('copy', container, certificates, '/etc/ssl/certs/ca-certificates.crt')
  const trusted = '/etc/ssl/certs/ca-certificates.crt'
  await buildah.do('config', '--env', `NODE_EXTRA_CA_CERTS=${trusted}`, container)
}

async function build(buildah: Buildah, architecture: Architecture): Promise<string> {
  const image = `localhost/kith-test:${architecture}`
  const began = performance.now()
  const argument = (name: string, value: string): string[] => ['--build-arg', `${name}=${value}`]
  await buildah.do(
    'build-using-dockerfile',
    // The format of OCI has no health check.
    '--format',
    'docker',
    '--isolation',
    'chroot',
    '--pull-never',
    '--platform',
    `linux/${architecture}`,
    '--timestamp',
    TIMESTAMP,
    // buildah 1.28 does not set it.
    ...argument('BUILDPLATFORM', `linux/${host}`),
    ...argument('NODE', baseOf(architecture)),
    ...argument('BUILDER', baseOf(host)),
    ...argument('VERSION', 'test'),
    '--tag',
    image,
    clone
  )
  console.log(`ok ${architecture}: built in ${Math.round((performance.now() - began) / 1000)} s`)
  return image
}

async function checkSize(buildah: Buildah, container: string, architecture: Architecture): Promise<void> {
  const text = await buildah.do('run', '--isolation', 'chroot', container, '--', 'du', '-sb', '/kith')
  const bytes = Number.parseInt(text, 10)
  if (!(bytes < MAX_BYTES))
    throw new Error(`${architecture}: /kith has ${text}, more than ${MAX_BYTES} bytes`)
  console.log(`ok ${architecture}: /kith has ${(bytes / 1e6).toFixed(1)} MB`)
}
