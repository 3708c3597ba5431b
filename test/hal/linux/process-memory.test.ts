import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { LinuxProcessMemory } from '../../../src/hal/linux/process-memory.ts'

const addon = `../../../native/build/linux-${process.arch}/process.node`
const built = existsSync(fileURLToPath(new URL(addon, import.meta.url)))

t.test('what is resident, and a trim that harms nothing', async (t) => {
  const memory = new LinuxProcessMemory()
  t.ok(memory.resident() > 1024 * 1024)
  memory.trim()
  memory.trim()
  t.ok(memory.resident() > 1024 * 1024)
})

t.test('freed blocks are given back', { skip: !built && 'the addon is not built' }, async (t) => {
  const memory = new LinuxProcessMemory()
  // Of a size that malloc takes from its heap, every other one kept: no top of the heap is free.
  let blocks: (Uint8Array | undefined)[] = Array.from({ length: 2000 }, () => new Uint8Array(60_000).fill(1))
  const full = memory.resident()
  blocks = blocks.map((block, i) => (i % 100 === 0 ? block : undefined))
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--expose_gc')
  const collect = (await import('node:vm')).runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  memory.trim()
  t.ok(full - memory.resident() > 60 * 1024 * 1024, `${(full - memory.resident()) / 1e6} MB of 118`)
  t.equal(blocks.filter((block) => block !== undefined).length, 20)
})
