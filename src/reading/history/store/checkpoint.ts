import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/*
 * `mode=rw`: a database that was set aside meanwhile is not made anew. PASSIVE waits for no writer and lets none wait
 * (sqlite.org/pragma.html#pragma_wal_checkpoint).
 */
const CODE = `
  const { DatabaseSync } = require('node:sqlite')
  const db = new DatabaseSync(new URL(require('node:worker_threads').workerData))
  db.exec('PRAGMA synchronous = NORMAL')
  db.exec('PRAGMA wal_checkpoint(PASSIVE)')
  db.close()
`

/**
 * Moves the log of a database into its file in a thread of its own, which ends with it: it writes some MiB and waits for
 * the disk twice, at which the event loop would stop. SQLite keeps the locks of all connections of a process together, so
 * that one more is safe.
 * @throws Error where it failed
 */
export async function moveLog(path: string): Promise<void> {
  const url = pathToFileURL(path)
  url.searchParams.set('mode', 'rw')
  const worker = new Worker(CODE, {
    eval: true,
    execArgv: [],
    workerData: url.href,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 }
  })
  // What is not moved when the process ends is moved by the next.
  worker.unref()
  await new Promise<void>((resolve, reject) => {
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })
}
