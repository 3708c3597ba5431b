import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Heap } from './serve.ts'
import type { Worker } from './worker.ts'

/** Writes the heap of a process after a collection of garbage beside its CPU profile, as NAME.heap.json. */
export async function keepHeap(worker: Worker, folder: string, name: string): Promise<void> {
  const heap = await worker.call<Heap>('heap')
  writeFileSync(join(folder, `${name}.heap.json`), `${JSON.stringify(heap)}\n`)
}
