import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseConfig } from '../../src/config/load.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../src/log.ts'
import type { HistoryStatus } from '../../src/reading/history/history.ts'
import { SqliteHistory } from '../../src/reading/history/sqlite/sqlite-history.ts'
import { quantityTable } from '../../src/reading/quantity.ts'
import type { Reading } from '../../src/reading/reading.ts'
import { createSigner } from '../../src/reading/signed/seal.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import { createSealer, type Sealer } from '../../src/reading/signed/sealer.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { type Written, written } from '../frame/proc.ts'

export interface Journal {
  readonly name: string
  readonly readings: number
  /** Bytes, as the history counts them. */
  readonly counted: number
  /** Bytes of this process, as the kernel counts them. */
  readonly written: Written
  /** Bytes of what is kept at the end. */
  readonly kept: number
  /** Microseconds of this process in the history. */
  readonly processor: number
  /** Milliseconds of the longest turn of the event loop in the history. */
  readonly stop: number
}

interface Journaled {
  readonly name: string
  /** Seconds of virtual time. */
  readonly time: number
  /** Seconds between two turns. */
  readonly step: number
  /** Makes what one step brings. @returns hands it to the history, bit by bit, and yields how many readings each bit has */
  readonly prepare: (second: number) => (history: SqliteHistory) => Iterable<number>
}

/** Bits that one turn of the event loop hands over: of many devices, few come in one read of a socket. */
const BITS = 10

const RUN = { epoch: 1, boot: '0123456789abcdef' }
const BLOCK = 256
const TOPIC = '/sensor/temp/v1'
/** Bytes of payload of a pack on that topic. */
const MAX_PAYLOAD = 1024
const MIB = 2 ** 20
/** In place of a part of the machine's memory. */
const SEAL_MIB = 64

const columns: readonly Column[] = [
  { name: 'readings' },
  { name: 'written', unit: 'B', digits: 1 },
  { name: 'by wchar', unit: 'B', digits: 1 },
  { name: 'by write_bytes', unit: 'B', digits: 1 },
  { name: 'kept', unit: 'B', digits: 1 },
  { name: 'CPU', unit: 'us', digits: 1 },
  { name: 'longest stop', unit: 'ms', digits: 1 }
]

export const journal: Bench = {
  name: 'journal',
  what: 'What the history writes, keeps and takes, alone and in virtual time, in a real file: ours, and those of others.',
  async measure({ tell }: Setting): Promise<Table[]> {
    const rows: Row[] = []
    for (const journaled of cases()) {
      tell(`journal, ${journaled.name}`)
      rows.push(rowOf(await measureJournal(journaled)))
    }
    const conditions = [
      `bytes and processor time are of one reading; history as by default, with ${SEAL_MIB} MiB for seals`
    ]
    return [{ title: 'Journal', conditions, columns, rows }]
  }
}

function rowOf({ name, readings, counted, written, kept, processor, stop }: Journal): Row {
  const each = [counted, written.calls, written.disk, kept, processor].map((sum) => sum / readings)
  return { name, figures: [readings, ...each, stop] }
}

export function cases(): Journaled[] {
  return [
    own('own, 1 sensor at 1/s, 1 h', 1, 1, 3600),
    own('own, 10 sensors at 1/min, 30 d', 10, 60, 30 * 86_400),
    others("others', full packs, 10 at 1/s, 1 h", { devices: 10, time: 3600, records: 30 }),
    others("others', packs of one, 10 at 1/s, 1 h", { devices: 10, time: 3600, records: 1 }),
    others("others', packs of one, 1,000 at 1/s, 6 min", { devices: 1000, time: 360, records: 1 })
  ]
}

function own(name: string, devices: number, step: number, time: number): Journaled {
  const { peer } = self
  return {
    name,
    time,
    step,
    prepare: (second) => {
      const readings = Array.from({ length: devices }, (_, device) =>
        readingOf(`${peer}/d${device}/temperature`, device, second / step, step)
      )
      return function* (history) {
        for (const reading of readings) {
          history.appendOwn([reading])
          yield 1
        }
      }
    }
  }
}

/** An author's block comes in place of its packs a while after it was sealed, as from its own history. */
function others(
  name: string,
  { devices, time, records }: { devices: number; time: number; records: number }
): Journaled {
  const authors = Array.from({ length: devices }, (_, device) => new Device(device, records))
  return {
    name,
    time,
    step: 1,
    prepare: (second) => {
      const sealed = authors.flatMap((author) => author.at(second))
      return function* (history) {
        for (const one of sealed) {
          history.put(one)
          yield one.kind === 'pack' ? one.readings.length : 0
        }
      }
    }
  }
}

/** Milliseconds until a block is fetched, in seconds of virtual time. */
const FETCHED_AFTER = 10

class Device {
  readonly #number: number
  readonly #records: number
  readonly #sealer: Sealer
  readonly #series: string
  #waiting: Reading[] = []
  #unsealed: Reading[] = []

  constructor(number: number, records: number) {
    this.#number = number
    this.#records = records
    this.#sealer = sealerOf(number + 1)
    this.#series = `${this.#sealer.peer}/air/temperature`
  }

  at(second: number): SealedReadings[] {
    // Not all at the same time.
    const seq = second + ((this.#number * 37) % BLOCK)
    const reading = readingOf(this.#series, this.#number, seq, 1)
    this.#waiting.push(reading)
    this.#unsealed.push(reading)
    return [...this.#packs(), ...this.#block()]
  }

  #packs(): SealedReadings[] {
    if (this.#waiting.length < this.#records) return []
    const packs: SealedReadings[] = []
    for (let rest = this.#waiting; rest.length > 0; rest = rest.slice(packs.at(-1)?.readings.length ?? 1))
      packs.push(this.#sealer.pack(TOPIC, rest, { maxPayload: MAX_PAYLOAD }))
    this.#waiting = []
    return packs
  }

  #block(): SealedReadings[] {
    const first = this.#unsealed[0]?.position.seq ?? 0
    const end = BLOCK - (first % BLOCK)
    if (this.#unsealed.length < end + FETCHED_AFTER) return []
    const block = this.#sealer.block(TOPIC, this.#unsealed.slice(0, end))
    this.#unsealed = this.#unsealed.slice(block.readings.length)
    return [block]
  }
}

export async function measureJournal({ name, time, step, prepare }: Journaled): Promise<Journal> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const clock = new VirtualClock()
  const history = historyIn(join(folder, 'history.sqlite'), clock)
  const sum = { readings: 0, calls: 0, disk: 0, processor: 0, stop: 0 }
  const before = history.status()
  try {
    for (let second = step; second <= time; second += step) {
      const hand = prepare(second)
      const stops = await inTurns(sum, async () => {
        let bits = 0
        for (const readings of hand(history)) {
          sum.readings += readings
          if (++bits % BITS === 0) await setImmediate()
        }
        await clock.advance(1000 * step)
      })
      sum.stop = Math.max(sum.stop, stops)
    }
    return { name, ...resultOf(sum, before, history.status()) }
  } finally {
    history.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function resultOf(
  {
    readings,
    calls,
    disk,
    processor,
    stop
  }: Record<'readings' | 'calls' | 'disk' | 'processor' | 'stop', number>,
  before: HistoryStatus,
  { bytesWritten, bytes }: HistoryStatus
): Omit<Journal, 'name'> {
  const counted = bytesWritten - before.bytesWritten
  return { readings, counted, written: { calls, disk }, kept: bytes - before.bytes, processor, stop }
}

/** Adds what the process took and wrote meanwhile. @returns milliseconds of the longest turn of the event loop */
async function inTurns(
  sum: { calls: number; disk: number; processor: number },
  work: () => Promise<void>
): Promise<number> {
  const before = { written: written(), processor: process.cpuUsage() }
  let last = performance.now()
  let stop = 0
  const watch = { ended: false }
  const watching = (async () => {
    while (!watch.ended) {
      await setImmediate()
      const now = performance.now()
      stop = Math.max(stop, now - last)
      last = now
    }
  })()
  await work()
  watch.ended = true
  await watching
  const { user, system } = process.cpuUsage(before.processor)
  const after = written()
  sum.calls += after.calls - before.written.calls
  sum.disk += after.disk - before.written.disk
  sum.processor += user + system
  return stop
}

function historyIn(path: string, clock: VirtualClock): SqliteHistory {
  const history = new SqliteHistory({
    path,
    clock,
    log: silentLog,
    sealer: self,
    time: () => ({ quality: 0, errorBound: 0.05, offset: 0 }),
    topicOf: () => TOPIC,
    maxPayloadOf: () => MAX_PAYLOAD,
    limits: { ...parseConfig('', []).history, sealBytes: SEAL_MIB * MIB }
  })
  history.beginRun(RUN, { mono: 0, unix: clock.now() / 1000, quality: 0 })
  return history
}

function sealerOf(number: number): Sealer {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => (number >> (8 * (i % 4))) & 0xff)
  return createSealer(createSigner(seed), quantityTable())
}

const self = sealerOf(0)

/** A room over a day, with the noise of a sensor of 1/16 degree. */
function readingOf(series: string, device: number, seq: number, interval: number): Reading {
  const mono = 1000 * interval * seq + ((seq * 7919 + device) % 5)
  const noise = ((seq * 2_654_435_761 + device * 40_503) % 97) / 97
  const value = Math.round(16 * (20 + 2 * Math.sin((seq * interval) / 13_750) + noise / 4)) / 16
  return {
    series,
    position: { ...RUN, seq },
    time: 1_767_225_600 + mono / 1000,
    quality: 0,
    errorBound: 0.05,
    mono,
    unit: 'Cel',
    interval,
    value
  }
}
