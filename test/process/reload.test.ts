import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { Status } from '../../src/node/api/operations.ts'
import { KITH, kith, type Running } from '../support/process/kith.ts'
import { inHome, measured, started } from '../support/process/node.ts'

interface Hall {
  readonly home: string
  readonly node: Running
  write(rest: string): void
  status(): Promise<Status>
  /** Waits until it holds. */
  until(holds: (status: Status) => boolean): Promise<Status>
}

const SENSORS = 'sensors:\n  - { type: tmp102, name: air, bus: i2c-1, interval: 200ms }\n'

async function hallFor(t: Test): Promise<Hall> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-reload-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const home = join(folder, 'hall')
  mkdirSync(home, { mode: 0o700 })
  const file = join(home, 'kith.yaml')
  const write = (rest: string): void => {
    // As editors do that replace a file.
    writeFileSync(`${file}.new`, `name: hall\nlisten: [/ip4/127.0.0.1/tcp/0]\nmdns: false\n${SENSORS}${rest}`)
    renameSync(`${file}.new`, file)
  }
  write('')
  // Options that every command has may stand before it.
  const node = kith('--home', home, '--json', 'run', '--simulated')
  t.teardown(() => node.child.kill('SIGKILL'))
  await started(node)
  await measured(home)
  const status = (): Promise<Status> => inHome(home, (operations) => operations.status())
  return {
    home,
    node,
    write,
    status,
    async until(holds) {
      for (;;) {
        const now = await status()
        if (holds(now)) return now
        await delay(50)
      }
    }
  }
}

const ROOF = '  - { type: bme280, name: roof, bus: i2c-1, interval: 1s }\n'

t.test('SIGHUP, often: what changed is applied, nothing is left open, and the run goes on', async (t) => {
  const { node, write, status, until } = await hallFor(t)
  const { run, pid } = await status()
  const names = ({ sensors }: Status): string => sensors.map(({ name }) => name).join(' ')
  const opened = (): number => readdirSync(`/proc/${pid}/fd`).length
  let first = 0
  for (let i = 0; i < 12; i++) {
    const [rest, wanted] = i % 2 === 0 ? [ROOF, 'air roof'] : ['', 'air']
    write(i % 3 === 2 ? `${rest}nonsense: 1\n` : rest)
    process.kill(pid, 'SIGHUP')
    if (i % 3 === 2) await until(({ config }) => config?.refused !== undefined)
    else await until((now) => now.config === undefined && names(now) === wanted)
    if (i === 3) first = opened()
  }
  t.ok(opened() <= first + 2, `${first} descriptors, then ${opened()}`)
  t.same((await status()).run, run)
  t.equal(node.child.exitCode, null)
})

t.test('watch: true takes what is written, and kith config reload says what it did', async (t) => {
  const { home, write, until } = await hallFor(t)
  write(`${ROOF}watch: true\n`)
  const reload = kith('config', 'reload', '--home', home)
  t.equal(await reload.end, 0)
  t.equal(reload.out(), 'applied: watch, sensors.roof\n')
  write('watch: true\npurposes: [climate]\n')
  const now = await until(({ purposes }) => purposes[0] === 'climate')
  t.equal(now.sensors.length, 1)
  writeFileSync(join(home, 'kith.yaml'), '')
  const emptied = kith('config', 'reload', '--home', home)
  t.equal(await emptied.end, 2)
  t.match(emptied.err(), /sets no option any more/)
  write('purposes: [climate, attic]\n')
  await until(({ purposes }) => purposes.length === 2)
  write('purposes: [attic]\n')
  await until(({ purposes, config }) => purposes.length === 1 && config?.pending[0] === 'watch')
  write('watch: true\naccept: nobody\n')
  const refused = kith('config', 'reload', '--home', home)
  t.equal(await refused.end, 2)
  t.match(refused.err(), /kith\.yaml:\d+:\d+ +accept/)
  t.match(refused.err(), /nothing is changed/)
})

const PTY = new URL('../support/process/on-terminal.py', import.meta.url).pathname
const skip =
  spawnSync('python3', ['-c', 'import pty']).status !== 0 && 'no python3, which makes the pseudo-terminal'

t.test(
  'on a terminal SIGHUP reloads, until the terminal is gone: then the node ends',
  { skip },
  async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'kith-hangup-'))
    t.teardown(() => rmSync(home, { recursive: true, force: true }))
    writeFileSync(join(home, 'kith.yaml'), 'name: hall\nlisten: [/ip4/127.0.0.1/tcp/0]\nmdns: false\n')
    const run = [process.execPath, KITH, 'run', '--simulated', '--home', home, '--set', 'purposes=climate']
    const steps = [
      ['alone'],
      ['expect', '°C'],
      ['signal', 'SIGHUP'],
      ['signal', 'SIGHUP'],
      ['expect', '°C'],
      ['hangup'],
      ['exit', 1]
    ]
    await promisify(execFile)('python3', [PTY, JSON.stringify(steps), ...run], { timeout: 100_000 })
    t.notOk(existsSync(join(home, 'control.sock')), 'in order')
  }
)
