/**
 * Measurements side by side: `npm run bench` for all of them, in less than ten minutes, `npm run bench -- query` for
 * one. A figure is a median of rounds in which the contenders take turns.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benches } from './benches.ts'
import type { Bench, Setting } from './frame/bench.ts'
import { withCodes } from './frame/code.ts'
import { machine } from './frame/machine.ts'
import { json, markdown, type Printer, text } from './frame/print.ts'
import { type Options, optionsOf, USAGE, WrongUse } from './options.ts'

const options = readOptions()
if (options === undefined) process.exitCode = 2
else if (options.list) for (const { name, what } of await chosen([])) console.log(`${name.padEnd(16)}${what}`)
else if (options.installsPeers) {
  const { installPeers } = await import('./peers/install.ts')
  if (!installPeers((line) => console.error(line))) process.exitCode = 1
} else await run(await chosen(options.names), options)

function readOptions(): Options | undefined {
  try {
    return optionsOf(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error
    console.error(`${USAGE}\n${error.message}`)
    return undefined
  }
}

async function chosen(names: readonly string[]): Promise<Bench[]> {
  const all = Object.entries(benches).filter(([name]) => names.length === 0 || names.includes(name))
  return await Promise.all(all.map(([, load]) => load()))
}

async function run(list: readonly Bench[], options: Options): Promise<void> {
  const printer = printerOf(options)
  const profile = options.profile ? mkdtempSync(join(tmpdir(), 'kith-profile-')) : undefined
  const wanted = (['source', 'bundle'] as const).filter(
    (name) => options.source === options.bundle || options[name]
  )
  console.log(printer.head(machine()))
  await withCodes(wanted, async (codes) => {
    for (const bench of list) {
      const folder = profile === undefined ? undefined : join(profile, bench.name)
      if (folder !== undefined) mkdirSync(folder)
      console.log(printer.bench(await measured(bench, { ...settingOf(options), codes, profile: folder })))
    }
  })
  if (profile !== undefined) console.error(`profiles: ${profile}`)
}

function printerOf({ json: asJson, markdown: asMarkdown }: Options): Printer {
  if (asJson) return json
  return asMarkdown ? markdown : text
}

function settingOf({ isFull, minutes, sizes }: Options): Omit<Setting, 'codes' | 'profile'> {
  const tell = (line: string): void => console.error(`${new Date().toTimeString().slice(0, 8)} ${line}`)
  return { isFull, minutes, sizes, tell }
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
