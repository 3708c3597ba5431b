import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { startControlServer } from '../../src/node/control/server.ts'
import { FakeOperations } from '../support/fakes/operations.ts'

const program = fileURLToPath(new URL('../../bin/kith.js', import.meta.url))
/** Makes this Node say that it is an old one. */
const OLD = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })"
)}`
/** Makes an orderly end take longer than bin/kith.js waits before it relays a signal. */
const SLOW = `data:text/javascript,${encodeURIComponent(
  'const { exit } = process; process.exit = (status) => status ? exit(status) : setTimeout(exit, 400, 0)'
)}`

/** @param own what the clone's own Node does, in shell; absent where it has none */
function clone(t: Test, own?: string): string {
  const folder = t.testdir({
    bin: {},
    node_modules: { '.bin': own === undefined ? {} : { node: `#!/bin/sh\n${own}` } }
  })
  cpSync(program, `${folder}/bin/kith.js`)
  if (own !== undefined) chmodSync(`${folder}/node_modules/.bin/node`, 0o755)
  return folder
}

function underOldNode(t: Test, own?: string): { status: number | null; out: string } {
  const words = ['--import', OLD, `${clone(t, own)}/bin/kith.js`, 'ask', 'hall']
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  return { status, out: stdout + stderr }
}

t.test('under an old Node kith runs with that of the clone, and ends as it does', async (t) => {
  const { status, out } = underOldNode(t, 'echo "own $*"; exit 3')
  t.equal(status, 3)
  t.match(out, /^own --import .*bin\/kith\.js ask hall\n$/)
  t.equal(underOldNode(t, 'kill -TERM $$').status, 143)
})

t.test('without one it says what is missing', async (t) => {
  const { status, out } = underOldNode(t)
  t.equal(status, 2)
  t.match(out, /^kith needs Node 24 or newer, and this is v/)
})

/**
 * The exit status of `kith watch` under an old Node, in a process group of its own, that got a signal after its first
 * output.
 * @param to 'group' as from a terminal or timeout(1), 'process' as from kill(1)
 */
async function signalled(folder: string, to: 'group' | 'process', signal: NodeJS.Signals): Promise<unknown> {
  const words = ['--import', OLD, `${folder}/bin/kith.js`, 'watch', '--json', '--home', folder]
  const child = spawn(process.execPath, words, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const end = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), end])
  const pid = child.pid ?? Number.NaN
  process.kill(to === 'group' ? -pid : pid, signal)
  return (await end)[0]
}

t.test('a signal to the process alone is relayed', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const folder = clone(t, "trap 'exit 7' INT TERM; echo ready; for i in $(seq 400); do sleep 0.05; done")
    t.equal(await signalled(folder, 'process', signal), 7, signal)
  }
})

t.test('one to both processes counts once', async (t) => {
  // Without the --import that makes it an old one.
  const folder = clone(t, `shift 2; exec '${process.execPath}' --import '${SLOW}' "$@"`)
  symlinkSync(fileURLToPath(new URL('../../src', import.meta.url)), `${folder}/src`)
  const limits = { connections: 4, streams: 4, requestBytes: 65_536, timeout: 1000 }
  const options = { operations: new FakeOperations(), clock: systemClock, log: silentLog, limits }
  const server = await startControlServer({ home: folder, ...options })
  t.teardown(() => server.close())
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    t.equal(await signalled(folder, 'group', signal), 0, signal)
})
