// Runs the test files, each in a Node of its own, and prints what fails, what is skipped and why, and the sum of the
// checks.
//
//     npm test                                every file
//     npm test -- 'test/cbor/*.test.ts'       these
//
// `npx tap run` does the same and measures coverage. It loads a recorder of modules and source maps into each process
// and into those that the tests start: a third of the processor time of a whole run.
//
// The last line reads: # { total: N, pass: N, fail: N }
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** Tests wait about as much as they compute. */
const JOBS = 2 * availableParallelism()
/** Seconds after which a file that sets no limit itself fails. */
const LIMIT = 60
/** Milliseconds after which a process is killed that did not end at its own limit. */
const DEADLINE = 180_000
/** Where a file takes seconds. These begin first, so that none of them runs alone at the end. */
const LONG = /^test\/(bench|crash|deploy|examples|hostile|process|scenario)\//
/** What tells nothing of a failure: passed checks, plans, headings of subtests, which their results repeat. */
const PASSED = /^\s*(ok \d|1\.\.\d|# Subtest: |$)|^(TAP version|# time=|# \{ total)/

/** A check that is not made: its name and the reason. */
const SKIPPED = /^\s*ok \d+ - (.*?)(?: # time=\S+)? # SKIP ?(.*)$/gm

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PRELOADED = ['support/compile-cache.mjs', 'without-async-hooks.mjs', 'without-mdns.mjs'].map(
  (file) => `--import=${new URL(file, import.meta.url).href}`
)
const KINDS = ['pass', 'fail', 'todo', 'skip'] as const

type Sum = Record<(typeof KINDS)[number], number>

const patterns = process.argv.slice(2)
const files = globSync(patterns.length > 0 ? patterns : 'test/**/*.test.ts', { cwd: ROOT })
  .toSorted()
  .toSorted((one, other) => Number(LONG.test(other)) - Number(LONG.test(one)))
if (files.length === 0) {
  console.log(`no test file is ${patterns.join(' ')}`)
  process.exit(2)
}

/** Process groups of the files that run: a signal of the terminal does not reach them. */
const running = new Set<number>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, endAll)
const all = files.length
let done = 0
const sum: Sum = { pass: 0, fail: 0, todo: 0, skip: 0 }
await Promise.all(
  Array.from({ length: JOBS }, async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      const more = await run(file)
      for (const kind of KINDS) sum[kind] += more[kind]
      done += 1
      // A person waits for two minutes.
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} files\r`)
    }
  })
)
const counts = KINDS.filter((kind) => kind === 'pass' || sum[kind] > 0).map(
  (kind) => `, ${kind}: ${sum[kind]}`
)
console.log(`# { total: ${KINDS.reduce((total, kind) => total + sum[kind], 0)}${counts.join('')} }`)
process.exitCode = sum.fail === 0 ? 0 : 1

function endAll(): never {
  for (const group of running) endGroup(group)
  process.exit(1)
}

/** Ends what a file has left running, which would keep its pipes open. */
function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // Nothing is left of it.
  }
}

/** Runs one file, and prints what fails in it and what it writes to stderr. */
async function run(file: string): Promise<Sum> {
  const child = spawn(process.execPath, [...PRELOADED, file], {
    cwd: ROOT,
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(LIMIT) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout: DEADLINE,
    killSignal: 'SIGKILL'
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const closed = once(child, 'close')
  const { pid } = child
  if (pid === undefined) throw new Error(`${process.execPath} cannot be started`)
  running.add(pid)
  const [status, signal] = await once(child, 'exit')
  endGroup(pid)
  running.delete(pid)
  await closed
  const found = sumIn(out)
  // No sum, or a status that the sum does not tell: the file itself failed.
  const isWhole = found !== undefined && (status === 0 || found.fail > 0)
  const checks = found ?? { pass: 0, fail: 0, todo: 0, skip: 0 }
  if (!isWhole || checks.fail > 0) {
    console.log(`\nnot ok: ${file}`)
    for (const line of out.split('\n')) if (!PASSED.test(line)) console.log(line)
  }
  if (!isWhole) console.log(`it ended with ${status ?? signal}${found ? '' : ' before its checks did'}`)
  for (const [, name, reason] of out.matchAll(SKIPPED))
    console.log(`skipped in ${file}: ${[name, reason].filter(Boolean).join(': ')}`)
  if (err !== '') console.log(`${file} wrote to stderr:\n${err}`)
  return isWhole ? checks : { ...checks, fail: checks.fail + 1 }
}

/** What tap closes with: `# { total: 5, pass: 1, fail: 1, todo: 1, skip: 2 }`. */
function sumIn(output: string): Sum | undefined {
  const line = output.match(/^# \{ total: \d+.*\}$/gm)?.at(-1)
  if (line === undefined) return undefined
  const count = (kind: string): number => Number(line.match(new RegExp(`\\b${kind}: (\\d+)`))?.[1] ?? 0)
  return { pass: count('pass'), fail: count('fail'), todo: count('todo'), skip: count('skip') }
}
