import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Heap } from './serve.ts'
import type { Worker } from './worker.ts'

/** Milliseconds to end a profile and to collect garbage. */
const DEADLINE = 120_000

/**
 * Runs with a CPU profile of processes, which is written as NAME.cpuprofile; beside it, as NAME.heap.json, their heap
 * at the end, after a collection of garbage.
 * @param folder no profile is made unless given
 */
export async function profiled<T>(
  workers: Readonly<Record<string, Worker>>,
  folder: string | undefined,
  work: () => Promise<T>
): Promise<T> {
  if (folder === undefined) return await work()
  const all = Object.entries(workers)
  await Promise.all(all.map(([, worker]) => worker.call('startProfile')))
  const result = await work()
  for (const [name, worker] of all) {
    await worker.call('endProfile', { file: join(folder, `${name}.cpuprofile`) }, DEADLINE)
    const heap = await worker.call<Heap>('heap', null, DEADLINE)
    writeFileSync(join(folder, `${name}.heap.json`), `${JSON.stringify(heap)}\n`)
  }
  return result
}
