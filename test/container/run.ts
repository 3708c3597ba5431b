// The container image, built for amd64 and arm64 and started in both; and the two nodes of compose.yaml:
//
//     npm run test:container                      needs root, buildah, crun, tini, mmdebstrap, and qemu-user for arm64
//     npm run test:container -- --required        fails where something is missing, instead of skipping
//     npm run test:container -- --arch amd64      one of both
//     npm run test:container -- --reproducible    builds each a second time, and compares digests
//
// No registry is asked: a minimal Debian with the Node of package-lock.json stands in for the base image. No engine is
// needed: crun, which engines start containers with, gets from runtime-spec.ts what an engine would tell it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkNeeds } from '../debian/root.ts'
import { whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { Lacking, orSkipped } from '../support/process/needs.ts'
import { HOST, makeBase } from './base.ts'
import { Buildah } from './buildah.ts'
import { checkNode } from './check-node.ts'
import { checkCompose } from './compose.ts'
import { build, checkReproducible } from './image.ts'

const PROGRAMS = { buildah: 'buildah', crun: 'crun', 'tini-static': 'tini', mmdebstrap: 'mmdebstrap' }

const clone = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(clone, 'node_modules/.cache/kith')
const { values } = parseArgs({
  options: {
    required: { type: 'boolean', default: false },
    reproducible: { type: 'boolean', default: false },
    arch: { type: 'string' }
  }
})
const architectures = ([HOST, HOST === 'amd64' ? 'arm64' : 'amd64'] as const).filter(
  (architecture) => values.arch === undefined || values.arch === architecture
)
if (architectures.length === 0) throw new Error(`--arch ${values.arch}: amd64 or arm64`)

await orSkipped(values.required, async () => {
  for (const architecture of architectures) checkNeeds(PROGRAMS, architecture)
  const nowhere = whyNoNamespaces()
  if (nowhere !== false) throw new Lacking(nowhere)
  await testAll()
})

async function testAll(): Promise<void> {
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'container-'))
  const buildah = new Buildah(join(work, 'store'))
  try {
    for (const architecture of new Set([HOST, ...architectures]))
      await makeBase(buildah, clone, cache, architecture)
    for (const architecture of architectures) {
      const image = await build(buildah, clone, architecture, architecture)
      const folder = join(work, architecture)
      const run = { image, clone, architecture, folder, isEmulated: architecture !== HOST }
      const report = (line: string): void => console.log(`ok ${architecture}: ${line}`)
      for (const line of await checkNode(buildah, run)) report(line)
      for (const line of await checkCompose(buildah, run)) report(line)
      if (values.reproducible)
        report(
          await checkReproducible(buildah, clone, join(work, `again-${architecture}`), architecture, image)
        )
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
