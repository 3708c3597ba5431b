// What Debian 13 does with kith, in a container with its own systemd:
//
//     npm run test:deb                       the package: installed, upgraded, gone back, removed, purged
//     npm run test:service                   the service: ready, watched over, started again, fenced in
//     npm run test:deb:arm                   the package for arm64, under qemu-user and without systemd
//     npm run test:deb -- --required         fails where something is missing, instead of skipping
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { orSkipped } from '../support/process/needs.ts'
import { checkIn } from './machine.ts'
import { makePackages, type Version } from './packages.ts'
import { checkMachineNeeds, rootArchive, run } from './root.ts'

/** The parts: for which machine, and whether its systemd runs. */
const PARTS: Readonly<Record<string, Part>> = {
  package: { architecture: 'amd64', boots: true, versions: ['old', 'new', 'later'] },
  service: { architecture: 'amd64', boots: true, versions: ['new'] },
  'other-machine': { architecture: 'arm64', boots: false, versions: ['new'] }
}
interface Part {
  readonly architecture: string
  readonly boots: boolean
  readonly versions: readonly Version[]
}

const clone = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(clone, 'node_modules/.cache/kith')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { required: { type: 'boolean', default: false } }
})
const [name = 'package'] = positionals
const part = PARTS[name]
if (part === undefined) throw new Error(`${name}: there is ${Object.keys(PARTS).join(', ')}`)
await orSkipped(values.required, async () => {
  checkMachineNeeds(part.architecture)
  process.exitCode = await inContainer(part, await rootArchive(cache, part.architecture))
})

/** @returns the exit status */
async function inContainer({ architecture, boots, versions }: Part, archive: string): Promise<number> {
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'debian-'))
  try {
    const packages = await makePackages({ clone, work, architecture, versions })
    const root = join(work, 'root')
    mkdirSync(root)
    const unpacked = await run('tar', ['-C', root, '-xf', archive])
    if (unpacked.status !== 0) throw new Error(`${archive} cannot be unpacked: ${unpacked.output}`)
    const output = await checkIn(root, { boots, scripts: ['checks.sh', `${name}.sh`], files: packages })
    console.log(output.trimEnd())
    return verdict(output)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function verdict(output: string): number {
  const lines = output.trimEnd().split('\n')
  const passed = lines.filter((line) => line.startsWith('ok ')).length
  const wanted = readFileSync(new URL(`${name}.sh`, import.meta.url), 'utf8').match(/^(check|refused) /gm)
  const isWhole = lines.at(-1) === 'end' && passed === wanted?.length
  console.log(isWhole ? `passed: ${passed}` : `FAILED: ${passed} of ${wanted?.length} passed`)
  return isWhole ? 0 : 1
}
