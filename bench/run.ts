/**
 * Measurements side by side: `npm run bench` for all of them, in less than ten minutes, `npm run bench -- query` for
 * one. A figure is a median of rounds in which the contenders take turns.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benches } from './benches.ts'
import type { Bench, Setting } from './frame/bench.ts'
import { withCodes } from './frame/code.ts'
import { machine } from './frame/machine.ts'
import { json, markdown, type Printer, text } from './frame/print.ts'

const USAGE = `usage: npm run bench -- [NAME ...] [options]
  --full            three rounds and longer ones
  --json            a line for the machine, and one for each bench
  --markdown        a page in Markdown, of which the measurements are made
  --source          the sources only
  --bundle          the bundle only
  --profile         a CPU profile and the heap of each process of ours, in a folder that is named
  --minutes N       gateway: a check of so many minutes, with restarts; it ends with an exit status
  --devices N,...   gateway: other numbers of devices
  --install-peers   installs the packages and builds the programs of others that are measured beside kith
  --list            the benches`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    bundle: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    'install-peers': { type: 'boolean', default: false },
    minutes: { type: 'string' },
    devices: { type: 'string' }
  }
})
const unknown = positionals.filter((name) => benches[name] === undefined)
if (values.list) for (const { name, what } of await chosen([])) console.log(`${name.padEnd(16)}${what}`)
else if (values['install-peers']) {
  const { installPeers } = await import('./peers/install.ts')
  if (!installPeers((line) => console.error(line))) process.exitCode = 1
} else if (unknown.length > 0) {
  console.error(
    `${USAGE}\nthere is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`
  )
  process.exitCode = 2
} else await run(await chosen(positionals))

async function chosen(names: readonly string[]): Promise<Bench[]> {
  const all = Object.entries(benches).filter(([name]) => names.length === 0 || names.includes(name))
  return await Promise.all(all.map(([, load]) => load()))
}

async function run(list: readonly Bench[]): Promise<void> {
  const printer = printerOf()
  const profile = values.profile ? mkdtempSync(join(tmpdir(), 'kith-profile-')) : undefined
  const wanted = (['source', 'bundle'] as const).filter(
    (name) => values.source === values.bundle || values[name]
  )
  console.log(printer.head(machine()))
  await withCodes(wanted, async (codes) => {
    for (const bench of list) {
      const folder = profile === undefined ? undefined : join(profile, bench.name)
      if (folder !== undefined) mkdirSync(folder)
      console.log(printer.bench(await measured(bench, { ...settingOf(), codes, profile: folder })))
    }
  })
  if (profile !== undefined) console.error(`profiles: ${profile}`)
}

function printerOf(): Printer {
  if (values.json) return json
  return values.markdown ? markdown : text
}

function settingOf(): Omit<Setting, 'codes' | 'profile'> {
  return {
    isFull: values.full,
    minutes: values.minutes === undefined ? undefined : Number(values.minutes),
    sizes: values.devices?.split(',').map(Number) ?? [],
    tell: (line) => console.error(`${new Date().toTimeString().slice(0, 8)} ${line}`)
  }
}

/** A bench that fails does not end the run; the exit status says it. */
async function measured(bench: Bench, setting: Setting): Promise<Parameters<Printer['bench']>[0]> {
  try {
    const tables = await bench.measure(setting)
    if (tables.some(({ failures = [] }) => failures.length > 0)) process.exitCode = 1
    return { bench, tables }
  } catch (error) {
    process.exitCode = 1
    return { bench, tables: [], error: `FAILED: ${error instanceof Error ? error.message : error}` }
  }
}
