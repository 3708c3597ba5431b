import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../src/log.ts'
import { SqliteHistory } from '../../src/reading/history/sqlite/sqlite-history.ts'
import type { Reading } from '../../src/reading/reading.ts'
import { createSealer } from '../../src/reading/signed/sealer.ts'
import { allQuantities, testSigner } from '../support/readings.ts'

export interface KilledHome {
  /** What SQLite says of the file: `ok`. */
  readonly integrity: string
  readonly readings: readonly Reading[]
}

const MAX = 1_000_000

/** What is left in a copy of a home. @throws SQLite's error where the database does not open */
export function readKilled(home: string, series: string): KilledHome {
  const path = join(home, 'history.sqlite')
  const database = new DatabaseSync(path)
  const [row] = database.prepare('PRAGMA integrity_check').all()
  database.close()
  const history = new SqliteHistory({
    path,
    clock: new VirtualClock(),
    log: silentLog,
    sealer: createSealer(testSigner(), allQuantities),
    time: () => ({ quality: 2, offset: 0 }),
    topicOf: () => '/sensor/temp/v1',
    maxPayloadOf: () => 1024,
    limits: {
      flush: MAX,
      flushBytes: MAX,
      blockAge: MAX,
      age: Number.MAX_SAFE_INTEGER,
      bytes: Number.MAX_SAFE_INTEGER,
      memoryBytes: MAX,
      sealBytes: 2 ** 22
    }
  })
  // It is not closed in order: that would seal what is not ours to seal.
  const readings = history.readings({ series, limit: MAX })
  return { integrity: String(row?.['integrity_check']), readings }
}
