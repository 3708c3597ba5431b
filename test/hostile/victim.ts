import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock, withDeadline } from '../../src/clock.ts'
import type { Namespace } from '../support/namespaces/namespaces.ts'
import { within } from '../support/namespaces/segment.ts'
import { KITH } from '../support/process/kith.ts'

const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url))
/** Milliseconds for the node to start, to answer the probe, and to end. */
const DEADLINE = 30_000
/** As deploy/systemd/kith.service runs it. */
const FLAGS = ['--max-old-space-size=96', '--max-semi-space-size=2']

export interface Memory {
  /** Bytes resident now, and the most since the last call. */
  readonly now: number
  readonly highest: number
}

/** The node under attack: `kith run` in a process and a namespace of its own, with a home that lasts over restarts. */
export class Victim {
  readonly #machine: Namespace
  readonly #folder = mkdtempSync(join(tmpdir(), 'kith-hostile-'))
  readonly #settings: readonly string[]
  #child: ChildProcess | undefined
  #log = ''

  constructor(machine: Namespace, settings: readonly string[]) {
    this.#machine = machine
    this.#settings = settings
  }

  get home(): string {
    return join(this.#folder, 'home')
  }

  /** What the node wrote since its start, one line of JSON each. */
  get log(): string {
    return this.#log
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** A command of kith that ends, within the namespace and about the home. @returns what it wrote */
  command(...words: readonly string[]): string {
    const all = within(this.#machine, process.execPath, KITH, ...words, '--home', this.home)
    return execFileSync('ip', all, {
      encoding: 'utf8',
      timeout: DEADLINE,
      stdio: ['ignore', 'pipe', 'ignore']
    })
  }

  /** @returns the PeerId. @throws Error where the node ends before it runs */
  async start(): Promise<string> {
    this.#log = ''
    const settings = this.#settings.flatMap((setting) => ['--set', setting])
    const kith = [KITH, 'run', '--simulated', '--json', '--home', this.home, ...settings]
    const words = within(this.#machine, process.execPath, ...FLAGS, '--import', PROBE, ...kith)
    const child = spawn('ip', words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOSTILE_PROBE: this.#probeFile }
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text
      })
    return await withDeadline(systemClock, DEADLINE, 'kith run', () => this.#started())
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || !this.isRunning) return
    const end = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE)
    await end
    clearTimeout(late)
  }

  /** The highest figure of the kernel is counted from this call on (proc(5), clear_refs). */
  memory(): Memory {
    const folder = `/proc/${this.#child?.pid}`
    const status = readFileSync(join(folder, 'status'), 'utf8')
    const kibibytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
    writeFileSync(join(folder, 'clear_refs'), '5')
    return { now: 1024 * kibibytes('VmRSS'), highest: 1024 * kibibytes('VmHWM') }
  }

  /** Milliseconds of the longest stop of the event loop since the last call. */
  async longestStop(): Promise<number> {
    const before = this.#probed().count
    this.#child?.kill('SIGUSR2')
    return await withDeadline(systemClock, DEADLINE, 'the probe', async (signal) => {
      for (;;) {
        const { count, longestStop } = this.#probed()
        if (count > before) return longestStop
        await systemClock.sleep(20, signal)
      }
    })
  }

  /** Bytes of the files of the home. */
  diskBytes(): number {
    const names = readdirSync(this.home)
    return names.reduce(
      (sum, name) => sum + (statSync(join(this.home, name), { throwIfNoEntry: false })?.size ?? 0),
      0
    )
  }

  remove(): void {
    this.#child?.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #probeFile(): string {
    return join(this.#folder, 'probe.json')
  }

  #probed(): { count: number; longestStop: number } {
    if (!existsSync(this.#probeFile)) return { count: 0, longestStop: 0 }
    return JSON.parse(readFileSync(this.#probeFile, 'utf8')) as { count: number; longestStop: number }
  }

  async #started(): Promise<string> {
    rmSync(this.#probeFile, { force: true })
    for (;;) {
      const line = this.#log.split('\n').find((text) => text.includes('"msg":"started"'))
      if (line !== undefined) return (JSON.parse(line) as { peer: string }).peer
      if (!this.isRunning) throw new Error(`kith run ended: ${this.#log}`)
      await systemClock.sleep(50)
    }
  }
}
