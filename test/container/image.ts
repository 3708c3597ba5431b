import { cpSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../debian/root.ts'
import { type Architecture, baseOf, HOST } from './base.ts'
import type { Buildah } from './buildah.ts'

/** Unix time of all files in the image, as SOURCE_DATE_EPOCH is one. */
const TIMESTAMP = '1767225600'

/** @param context the clone, or a copy of it @param tag of the image @returns its name */
export async function build(
  buildah: Buildah,
  context: string,
  architecture: Architecture,
  tag: string
): Promise<string> {
  const image = `localhost/kith-test:${tag}`
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
    ...argument('BUILDPLATFORM', `linux/${HOST}`),
    ...argument('NODE', baseOf(architecture)),
    ...argument('BUILDER', baseOf(HOST)),
    ...argument('VERSION', 'test'),
    '--tag',
    image,
    context
  )
  console.log(`ok ${architecture}: built in ${Math.round((performance.now() - began) / 1000)} s`)
  return image
}

/**
 * Builds once more, from a copy of the clone in another folder, with other times of change and nothing for other users.
 * @throws Error where that image differs by a byte
 */
export async function checkReproducible(
  buildah: Buildah,
  clone: string,
  folder: string,
  architecture: Architecture,
  first: string
): Promise<string> {
  await copyContext(clone, folder)
  const second = await build(buildah, folder, architecture, `${architecture}-again`)
  const [one, other] = [await buildah.identity(first), await buildah.identity(second)]
  for (const [index, layer] of one.layers.entries())
    if (layer !== other.layers[index])
      throw new Error(`layer ${index} of a second build is ${other.layers[index]}, not ${layer}`)
  if (one.configuration !== other.configuration)
    throw new Error(`a second build has the configuration\n${other.configuration}\nnot\n${one.configuration}`)
  return `a second build gives the same configuration and layers, the last ${one.layers.at(-1)}`
}

async function copyContext(clone: string, folder: string): Promise<void> {
  const names = readFileSync(join(clone, '.dockerignore'), 'utf8').split('\n')
  const patterns = names.filter((name) => name.startsWith('!')).map((name) => name.slice(1))
  mkdirSync(folder, { recursive: true })
  for (const name of [...globSync(patterns, { cwd: clone }), 'Dockerfile', '.dockerignore'])
    cpSync(join(clone, name), join(folder, name), { recursive: true })
  const { status, output } = await run('chmod', ['-R', 'go=', folder])
  if (status !== 0) throw new Error(output)
}
