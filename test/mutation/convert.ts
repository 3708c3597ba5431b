/**
 * Whether the tests of the devices notice a wrong constant: changes each number in devices/<type>/convert.ts,
 * in what it shares with its family in devices/family/<family>/, and each constant it takes from registers.ts, by one
 * unit, and each operator to another, and runs the devices' tests against each change, in a copy of the tree.
 * Prints what no test noticed; ends with 1 where that is more than a tenth.
 *
 *     node test/mutation/convert.ts [type …]
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mutant, mutantsOf } from './mutants.ts'

const ROOT = join(import.meta.dirname, '../..')
const NEEDED = ['package.json', 'src', 'devices', 'test/devices', 'test/support']
const ENOUGH = 0.9
const WORKERS = 2
/** Milliseconds; a test that takes longer has noticed. */
const DEADLINE = 20_000

interface Change extends Mutant {
  /** From the root of the tree. */
  readonly path: string
}

/** The tests that use a file: of each device whose conversion it is, or belongs to. */
type Tests = ReadonlyMap<string, readonly string[]>

process.exitCode = await main(process.argv.slice(2))

async function main(chosen: readonly string[]): Promise<number> {
  const types = chosen.length > 0 ? chosen : await convertedTypes()
  const tests = await testsOfFiles(types)
  const changes = (await Promise.all([...tests.keys()].map(changesOf))).flat()
  const copies = await Promise.all(Array.from({ length: WORKERS }, copyOfTree))
  try {
    const unfit = await firstFailing(copies[0] ?? ROOT, types)
    if (unfit !== undefined) return finish(1, `test/devices/${unfit}/driver.test.ts fails without any change`)
    return report([...tests.keys()], changes, await survivorsOf(changes, copies, tests))
  } finally {
    await Promise.all(copies.map((copy) => rm(copy, { recursive: true, force: true })))
  }
}

async function convertedTypes(): Promise<string[]> {
  const files = await readdir(join(ROOT, 'devices'), { recursive: true })
  return files.filter((file) => /^[^/]+\/convert\.ts$/.test(file)).map((file) => file.split('/')[0] ?? '')
}

/** convert.ts, its registers.ts, and what a family of chips shares in a folder of devices/family. */
async function testsOfFiles(types: readonly string[]): Promise<Tests> {
  const tests = new Map<string, string[]>()
  for (const type of types) {
    const convert = `devices/${type}/convert.ts`
    const imports = [...(await text(convert)).matchAll(/from '(.*)'/g)].map(([, path = '']) =>
      join('devices', type, path)
    )
    const files = imports.filter((path) => /registers\.ts$|^devices\/family\/[\w-]+\/[\w-]+\.ts$/.test(path))
    for (const file of [convert, ...files]) tests.set(file, [...(tests.get(file) ?? []), type])
  }
  return tests
}

async function changesOf(path: string): Promise<Change[]> {
  const source = await text(path)
  const mutants = mutantsOf(source).map((mutant) => ({ ...mutant, path }))
  if (!path.endsWith('registers.ts')) return mutants
  const convert = await text(join(path, '../convert.ts'))
  return mutants.filter(({ line }) => isTaken(convert, source, line))
}

function text(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8')
}

/** Whether the line of registers.ts belongs to a constant whose name convert.ts has. */
function isTaken(convert: string, registers: string, line: number): boolean {
  const above = registers.split('\n').slice(0, line).join('\n')
  const name = [...above.matchAll(/^(?:export )?const (\w+)/gm)].at(-1)?.[1]
  return name !== undefined && new RegExp(`\\b${name}\\b`).test(convert)
}

async function copyOfTree(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'kith-mutation-'))
  for (const path of NEEDED) await cp(join(ROOT, path), join(copy, path), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** The first of the types whose test fails. */
async function firstFailing(copy: string, types: readonly string[]): Promise<string | undefined> {
  for (const type of types) if (!(await passes(copy, type))) return type
  return undefined
}

/** Each copy takes the next change as soon as it is done with one. */
async function survivorsOf(
  changes: readonly Change[],
  copies: readonly string[],
  tests: Tests
): Promise<Change[]> {
  const survivors: Change[] = []
  const queue = changes.values()
  await Promise.all(
    copies.map(async (copy) => {
      for (const change of queue) {
        if (await survives(copy, change, tests.get(change.path) ?? [])) survivors.push(change)
      }
    })
  )
  return survivors
}

async function survives(copy: string, { path, source }: Change, types: readonly string[]): Promise<boolean> {
  const file = join(copy, path)
  const original = await readFile(file)
  await writeFile(file, source)
  try {
    return (await firstFailing(copy, types)) === undefined
  } finally {
    await writeFile(file, original)
  }
}

/** The first failure is enough. */
function passes(copy: string, type: string): Promise<boolean> {
  const test = join(copy, 'test/devices', type, 'driver.test.ts')
  const child = spawn(process.execPath, [test], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: DEADLINE
  })
  let failed = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!/^\s*not ok/m.test(text)) return
    failed = true
    child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 && !failed))
  })
}

function report(paths: readonly string[], changes: readonly Change[], survivors: readonly Change[]): number {
  for (const { path, line, from, to } of survivors) console.log(`survived: ${path}:${line}  ${from} -> ${to}`)
  for (const path of paths) {
    const of = (list: readonly Change[]): number => list.filter((change) => change.path === path).length
    if (of(changes) > 0) console.log(`${path}: ${of(changes) - of(survivors)} of ${of(changes)} noticed`)
  }
  const share = changes.length === 0 ? 0 : 1 - survivors.length / changes.length
  const line = `${changes.length - survivors.length} of ${changes.length} noticed, ${(100 * share).toFixed(1)} %`
  return finish(share >= ENOUGH ? 0 : 1, line)
}

function finish(code: number, line: string): number {
  console.log(line)
  return code
}
