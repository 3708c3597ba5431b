import { join } from 'node:path'
import t from 'tap'
import type { SqliteHistory } from '../../../../src/reading/history/sqlite/sqlite-history.ts'
import type { Reading } from '../../../../src/reading/reading.ts'
import { createSealer } from '../../../../src/reading/signed/sealer.ts'
import { historyBench, runOf, topic, us } from '../../../support/history.ts'
import { allQuantities, readingOf, seeded, testSigner } from '../../../support/readings.ts'

/*
 * Bytes that are written and kept, in virtual time. They depend on no machine: what raises them is a change of the code.
 */
const run = runOf(10)
const HOUR = 3600
const BLOCK = 256

/** A sensor of 1/16 degree, read about every second. */
function readingAt(peer: string, seq: number, random: () => number): Reading {
  const mono = 1000 * seq + Math.floor(5 * random())
  return readingOf(peer, {
    series: `${peer}/hall/temperature`,
    position: { ...run, seq },
    time: 1_767_225_600 + mono / 1000,
    mono,
    errorBound: 0.05,
    interval: 1,
    value: Math.round(16 * (20 + 2 * Math.sin(seq / 13_750) + random() / 4)) / 16
  })
}

function perReading(history: SqliteHistory, readings: number): { written: number; kept: number } {
  const { bytesWritten, bytes } = history.status()
  return { written: bytesWritten / readings, kept: bytes / readings }
}

t.test('our own readings at one a second: below 0.4 MB an hour', async (t) => {
  const random = seeded(1)
  const { history, clock } = historyBench({ path: join(t.testdir(), 'history.sqlite') })
  history.beginRun(run, { mono: 0, unix: 1_767_225_600, quality: 0 })
  for (let seq = 0; seq < HOUR; seq++) {
    history.appendOwn([readingAt(us.peer, seq, random)])
    await clock.advance(1000)
  }
  const { written, kept } = perReading(history, HOUR)
  t.comment(`${written.toFixed(1)} B written, ${kept.toFixed(1)} B kept a reading`)
  t.ok(written <= 90, `${written} B written a reading`)
  t.ok(kept <= 30, `${kept} B kept a reading, with an empty database of 20 KiB`)
  history.close()
})

t.test('a hundred devices that send one signed reading a second: 60 B written, 30 B kept', async (t) => {
  const random = seeded(2)
  const seconds = 400
  const { history, clock } = historyBench({
    path: join(t.testdir(), 'history.sqlite'),
    limits: {
      ...{ flush: 60_000, flushBytes: 2 ** 18, blockAge: 900_000, age: 30 * 86_400_000 },
      ...{ bytes: 2 ** 26, memoryBytes: 2 ** 23, sealBytes: 2 ** 26 }
    }
  })
  // Nothing here looks at a signature: a pack is as long as one of one reading.
  const pack = Buffer.alloc(270, 1)
  const devices = Array.from({ length: 100 }, (_, i) => createSealer(testSigner(i + 3), allQuantities))
  const waiting = devices.map((): Reading[] => [])
  for (let second = 0; second < seconds; second++) {
    for (const [i, device] of devices.entries()) {
      // Not all at the same time.
      const reading = readingAt(device.peer, second + ((i * 37) % BLOCK), random)
      history.put({ kind: 'pack', topic, author: device.peer, bytes: pack, readings: [reading] })
      const rows = waiting[i] ?? []
      rows.push(reading)
      const full = BLOCK - ((rows[0]?.position.seq ?? 0) % BLOCK)
      // Its block is fetched ten seconds after it was sealed.
      if (rows.length >= full + 10) history.put(device.block(topic, rows.splice(0, full)))
    }
    await clock.advance(1000)
  }
  const { written, kept } = perReading(history, 100 * seconds)
  t.comment(`${written.toFixed(1)} B written, ${kept.toFixed(1)} B kept a reading`)
  t.ok(written <= 60, `${written} B written a reading`)
  t.ok(kept <= 30, `${kept} B kept a reading`)
  history.close()
})
