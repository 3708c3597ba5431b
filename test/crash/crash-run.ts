import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseConfig } from '../../src/config/load.ts'
import { silentLog } from '../../src/log.ts'
import { type RunningNode, startNode } from '../../src/node/run-node.ts'
import { comparePositions } from '../../src/reading/run.ts'
import type { Running } from '../support/process/kith.ts'
import { runThermometer, type Started, started } from '../support/process/node.ts'
import { seeded } from '../support/readings.ts'
import { readKilled } from './killed-home.ts'
import { Ledger } from './ledger.ts'

export interface CrashOptions {
  readonly kills: number
  readonly seed: number
  /** A home so many runs old takes the place of the present one, after each `restoreEvery` kills. */
  readonly backupAge: number
  readonly restoreEvery: number
  /** Called with a line about each kill. */
  readonly report?: (line: string) => void
}

export interface CrashReport {
  readonly kills: number
  readonly restores: number
  /** Kills before the node said that it runs. */
  readonly early: number
  /** Readings that a neighbour heard, and that were found on the disk. */
  readonly heard: number
  readonly kept: number
  readonly runs: number
  /** Milliseconds before a kill of which nothing is left, at most. */
  readonly worstLoss: number
  /** What must not be, in words; empty where all is well. */
  readonly faults: readonly string[]
}

/** Milliseconds between flushes, the least that the configuration takes, and between samples. */
const FLUSH = 1000
const INTERVAL = 100
/** Milliseconds by which timers of a busy machine may be late. */
const LATE = 500
/** Milliseconds after its start in which a node is killed. */
const LONGEST_LIFE = 5000
/** Milliseconds in which a node must have started. */
const START = 20_000

/** Kills a node at random moments and checks what is left of it (`npm run test:crash`). */
export async function crashRun(options: CrashOptions): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-crash-'))
  const collector = await startCollector()
  const crash = new CrashRun(options, folder, collector)
  try {
    return await crash.run()
  } finally {
    crash.end()
    await collector.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A neighbour of this process that hears everything, over loopback. */
async function startCollector(): Promise<RunningNode> {
  const config = parseConfig('name: collector\nlisten: [/ip4/127.0.0.1/tcp/0]\nmdns: false', [])
  return await startNode({ config, world: { simulated: 1 }, log: silentLog })
}

class CrashRun {
  readonly #options: CrashOptions
  readonly #folder: string
  readonly #collector: RunningNode
  readonly #random: () => number
  readonly #ledger = new Ledger()
  readonly #faults: string[] = []
  #running: Running | undefined
  #peer: string | undefined
  #early = 0
  #restores = 0
  #worstLoss = 0

  constructor(options: CrashOptions, folder: string, collector: RunningNode) {
    this.#options = options
    this.#folder = folder
    this.#collector = collector
    this.#random = seeded(options.seed)
    collector.assembled.storage.hub.subscribe({
      onSealed: ({ sealed }) => this.#ledger.hear(sealed.readings)
    })
  }

  async run(): Promise<CrashReport> {
    const { kills, report = () => {} } = this.#options
    for (let kill = 1; kill <= kills; kill++) {
      const faults = this.#faults.length
      const life = await this.#live(kill === 1)
      const result = this.#check(kill)
      report(`${kill}/${kills}: killed ${life} ms after its start, ${result}`)
      for (const fault of this.#faults.slice(faults)) report(`  ${fault}`)
      this.#backUp(kill)
    }
    await this.#checkHistory()
    const { heard, kept, runs } = this.#ledger
    return {
      kills,
      restores: this.#restores,
      early: this.#early,
      heard,
      kept,
      runs,
      worstLoss: this.#worstLoss,
      faults: [...this.#faults, ...this.#ledger.faults]
    }
  }

  end(): void {
    this.#running?.child.kill('SIGKILL')
  }

  get #home(): string {
    return join(this.#folder, 'home')
  }

  /** One life, ended by kill -9. @returns its milliseconds */
  async #live(isFirst: boolean): Promise<number> {
    const life = Math.round(this.#random() * LONGEST_LIFE)
    const begun = performance.now()
    const running = this.#start()
    const up = this.#meet(running).catch((error: unknown) => {
      if (performance.now() - begun > START) throw error
      return undefined
    })
    // The first life makes the identity, and its PeerId is noted.
    if (isFirst) await up
    await delay(Math.max(0, life - (performance.now() - begun)))
    const isEarly = this.#ledger.killed(Date.now())
    if (isEarly) this.#early += 1
    running.child.kill('SIGKILL')
    await running.end
    await up
    return life
  }

  #start(): Running {
    const running = runThermometer(
      this.#home,
      `history.flush=${FLUSH / 1000}s`,
      `sensors=[{type: tmp102, name: air, bus: i2c-1, interval: ${INTERVAL}ms}]`
    )
    this.#running = running
    this.#ledger.begin()
    return running
  }

  /** Waits until a node runs, and connects the collector with it. */
  async #meet(running: Running): Promise<Started> {
    const node = await started(running)
    this.#peer ??= node.peer
    if (node.peer !== this.#peer) this.#faults.push(`the PeerId became ${node.peer}`)
    const { autoDialer } = this.#collector.assembled.peers
    autoDialer.remember(node.peer, node.addresses)
    await autoDialer.connect(node.peer, AbortSignal.timeout(START)).catch(() => undefined)
    return node
  }

  /** Looks at what the kill left. @returns a line about it */
  #check(kill: number): string {
    if (this.#peer === undefined) return 'nothing was made yet'
    const copy = join(this.#folder, `killed-${kill}`)
    cpSync(this.#home, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') })
    try {
      const { integrity, readings } = readKilled(copy, `${this.#peer}/air/temperature`)
      if (integrity !== 'ok') this.#faults.push(`the database is not sound: ${integrity}`)
      this.#ledger.found(readings)
      const loss = this.#ledger.loss()
      this.#worstLoss = Math.max(this.#worstLoss, loss)
      if (loss > FLUSH + INTERVAL + LATE) this.#faults.push(`${loss} ms before the kill are gone`)
      return `${readings.length} readings on the disk, ${Math.round(loss)} ms lost`
    } catch (error) {
      this.#faults.push(`the database does not open: ${error}`)
      return 'the database does not open'
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  }

  /** Keeps a copy of the home, and now and then goes back to an old one. */
  #backUp(kill: number): void {
    const { backupAge, restoreEvery } = this.#options
    const backup = (n: number): string => join(this.#folder, `backup-${n}`)
    cpSync(this.#home, backup(kill), { recursive: true, filter: (path) => !path.endsWith('.sock') })
    const oldest = backup(kill - backupAge)
    if (!existsSync(oldest)) return
    if (kill % restoreEvery === 0) {
      rmSync(this.#home, { recursive: true })
      cpSync(oldest, this.#home, { recursive: true })
      this.#ledger.restored()
      this.#restores += 1
    }
    rmSync(oldest, { recursive: true })
  }

  /** In its last life the node answers a neighbour with its whole history, in order, and with what is lost. */
  async #checkHistory(): Promise<void> {
    const running = this.#start()
    const { peer, addresses } = await this.#meet(running)
    await delay(2 * FLUSH)
    const rows = []
    const request = { who: addresses[0] ?? peer, what: 'air/temperature' }
    for await (const row of this.#collector.operations.history(request, AbortSignal.timeout(START)))
      rows.push(row)
    const positions = rows.flatMap((row) => ('position' in row ? [row.position] : []))
    const sorted = positions.toSorted(comparePositions)
    if (positions.some((position, i) => position !== sorted[i])) this.#faults.push('history is not in order')
    const lost = rows.flatMap((row) => ('lost' in row ? [row.lost] : []))
    this.#ledger.checkHistory(
      rows.flatMap((row) => ('position' in row ? [row] : [])),
      lost
    )
    running.child.kill('SIGTERM')
    const status = await running.end
    if (status !== 0) this.#faults.push(`SIGTERM ended it with ${status}`)
  }
}
