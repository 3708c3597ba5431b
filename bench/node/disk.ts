import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { systemClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { type RunningNode, startNode } from '../../src/node/run-node.ts'
import { memoryCarrier } from '../../test/support/memory-network.ts'
import type { Bench, Column, Row, Table } from '../frame/bench.ts'
import { type Written, written } from '../frame/proc.ts'

export interface DiskOptions {
  /** Seconds of virtual time. */
  readonly time: number
}

export interface Disk {
  readonly readings: number
  /** Bytes, as the node counts them. */
  readonly counted: number
  /** Bytes of this process, as the kernel counts them. */
  readonly written: Written
  /** Bytes of the file and its log at the end. */
  readonly size: number
}

const MINUTE = 60
const HOUR = 3600
/** Milliseconds of real time after each minute of virtual time, for the writes of the threads. */
const PAUSE = 5

const columns: readonly Column[] = [
  { name: 'an hour', unit: 'KB', digits: 0 },
  { name: 'a reading', unit: 'B', digits: 0 },
  { name: 'a day', unit: 'MB', digits: 1 }
]

export const disk: Bench = {
  name: 'disk',
  what: 'One hour of one reading a second in virtual time: what a whole node writes.',
  async measure(): Promise<Table[]> {
    const { readings, counted, written, size } = await measureDisk({ time: HOUR })
    const row = (name: string, bytes: number): Row => ({
      name,
      figures: [bytes / 1024, bytes / readings, (24 * bytes) / 2 ** 20]
    })
    const rows = [
      row('history.bytesWritten', counted),
      row('write_bytes of /proc/self/io', written.disk),
      row('wchar of /proc/self/io', written.calls),
      row('file at the end', size)
    ]
    const conditions = [`${readings} readings; flush, sealing and the rest by default`]
    return [{ title: 'Own readings on disk', conditions, columns, rows }]
  }
}

export async function measureDisk({ time }: DiskOptions): Promise<Disk> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const clock = new VirtualClock()
  const home = join(folder, 'home')
  const node = await thermometer(home, clock)
  const before = { kernel: written(), history: (await node.operations.status()).history }
  try {
    for (let second = 1; second <= time; second++) {
      await clock.advance(1000)
      if (second % MINUTE === 0) await systemClock.sleep(PAUSE)
    }
    const { history } = await node.operations.status()
    const after = written()
    return {
      readings: history.readings - before.history.readings,
      counted: history.bytesWritten - before.history.bytesWritten,
      written: { calls: after.calls - before.kernel.calls, disk: after.disk - before.kernel.disk },
      size: sizeOf(join(home, 'history.sqlite')) + sizeOf(join(home, 'history.sqlite-wal'))
    }
  } finally {
    await node.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function thermometer(home: string, clock: VirtualClock): Promise<RunningNode> {
  const config =
    'name: disk\nsensors: [{ type: tmp102, name: air, bus: i2c-1, address: 0x48, interval: 1s }]\n'
  const chips = [{ bus: 'i2c-1', address: 0x48, type: 'tmp102' }]
  return startNode({
    home,
    config: parseConfig(config, devices),
    world: simulatedWorld({ seed: 'disk', clock, timeQuality: 0, chips, models: chipModels }),
    log: silentLog,
    carrier: memoryCarrier()
  })
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
