// Flow control of our streams with implementations of libp2p that are not ours, go-libp2p and rust-libp2p; and commands
// of switches by a controller in Go.
//
//     npm run test:peers                    with each whose tool is here; skips, with the reason, the others
//     npm run test:peers -- go              with this
//     npm run test:peers -- --loss 2        in a network namespace that loses 2 % of the packets (root, iptables)
//     npm run test:peers -- --build DIR     keeps there what is built: cargo compiles some 200 packages
//     npm run test:peers -- --required      fails where a tool is missing
//
// One that does not build has failed. The last line reads: N passed, N failed
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { checkPrograms, orSkipped } from '../support/process/needs.ts'
import { type Check, streamChecks } from './streams.ts'
import { switchChecks } from './switch.ts'

interface Peer {
  /** The program that builds it, and the package of Debian that has it. */
  readonly tool: string
  readonly package: string
  readonly build: (out: string) => readonly string[]
  /** Below the folder that build() was given. */
  readonly program: string
  /** Whether it commands switches as well. */
  readonly hasSwitch: boolean
}

const peers: Readonly<Record<string, Peer>> = {
  go: {
    tool: 'go',
    package: 'golang-go',
    build: (out) => ['build', '-o', join(out, 'peer'), '.'],
    program: 'peer',
    hasSwitch: true
  },
  rust: {
    tool: 'cargo',
    package: 'cargo',
    build: (out) => ['build', '--release', '--locked', '--target-dir', out],
    program: 'release/kith-test-peer',
    hasSwitch: false
  }
}
/** Milliseconds. */
const BUILD = 1_800_000
const START = 30_000
/** Last lines of a build that are shown. */
const SHOWN = 20

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    loss: { type: 'string' },
    build: { type: 'string' },
    required: { type: 'boolean', default: false }
  }
})
const unknown = positionals.filter((name) => peers[name] === undefined)
if (unknown.length > 0) {
  console.log(`there is no peer ${unknown.join(', ')}; there are ${Object.keys(peers).join(', ')}`)
  process.exit(2)
}

let passed = 0
let failed = 0
if (values.loss !== undefined) lose(values.loss)
for (const [name, peer] of Object.entries(peers))
  if (positionals.length === 0 || positionals.includes(name)) {
    console.log(name)
    await orSkipped(values.required, () => check(name, peer))
  }
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : process.exitCode)

/** Goes on in a network of its own, where packets of the loopback are lost. */
function lose(percent: string): void {
  const share = Number(percent)
  if (!(share >= 0 && share <= 20)) throw new Error(`--loss ${percent}: 0 to 20 are possible, in percent`)
  if (process.env.KITH_PEERS_INSIDE === '1') return
  const script = `ip link set lo up && iptables -A INPUT -m statistic --mode random --probability ${share / 100} -j DROP && exec "$@"`
  const args = ['-n', 'sh', '-c', script, 'sh', process.execPath, ...process.argv.slice(1)]
  const { status, error } = spawnSync('unshare', args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      KITH_PEERS_INSIDE: '1',
      GOFLAGS: '-mod=mod',
      GOPROXY: 'off',
      CARGO_NET_OFFLINE: 'true'
    }
  })
  if (error !== undefined) throw error
  process.exit(status ?? 1)
}

/** @throws Lacking */
async function check(name: string, peer: Peer): Promise<void> {
  checkPrograms({ [peer.tool]: peer.package })
  const out =
    values.build === undefined ? mkdtempSync(join(tmpdir(), 'kith-peers-')) : resolve(values.build, name)
  try {
    const fault = build(name, peer, out)
    if (fault === undefined) {
      await run(join(out, peer.program))
      if (peer.hasSwitch) await count(switchChecks(join(out, peer.program)))
      return
    }
    console.log(`  NOT OK it builds\n${fault}`)
    failed++
  } finally {
    if (values.build === undefined) rmSync(out, { recursive: true })
  }
}

/** @returns why it does not build */
function build(name: string, peer: Peer, out: string): string | undefined {
  const cwd = new URL(`${name}/`, import.meta.url)
  const { status, stderr, error } = spawnSync(peer.tool, peer.build(out), {
    cwd,
    timeout: BUILD,
    encoding: 'utf8'
  })
  if (status === 0) return undefined
  return `${peer.tool}: ${error?.message ?? stderr.trim().split('\n').slice(-SHOWN).join('\n')}`
}

async function run(program: string): Promise<void> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const lines = createInterface(child.stdout)
    const [address] = (await withDeadline(systemClock, START, program, (signal) =>
      once(lines, 'line', { signal })
    )) as [string]
    await count(streamChecks(address))
  } finally {
    child.stdin.end()
  }
}

async function count(checks: AsyncIterable<Check>): Promise<void> {
  for await (const { name, holds } of checks) {
    console.log(`  ${holds ? 'ok' : 'NOT OK'} ${name}`)
    if (holds) passed++
    else failed++
  }
}
