import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { LinuxProcessMemory } from '../../../src/hal/linux/process-memory.ts'

const [addon, source] = [`build/linux-${process.arch}/process.node`, 'process.c'].map((name) => {
  const path = fileURLToPath(new URL(`../../../native/${name}`, import.meta.url))
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
})
const skip =
  (addon === 0 && 'the addon is not built') ||
  (Number(addon) < Number(source) && 'the addon is older than its source: node scripts/build-native.mjs')

/** Bytes of files that are resident: code and constants. */
function ofFiles(): number {
  return 1024 * Number(/RssFile:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}

t.test('what is resident, and a trim that harms nothing', async (t) => {
  const memory = new LinuxProcessMemory()
  t.ok(memory.resident() > 1024 * 1024)
  memory.trim()
  memory.trim()
  t.ok(memory.resident() > 1024 * 1024)
})

t.test('freed blocks are given back', { skip }, async (t) => {
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

t.test(
  'pages of Node that nobody uses are given back, and return where they are used',
  { skip },
  async (t) => {
    const memory = new LinuxProcessMemory()
    const keys = generateKeyPairSync('ed25519')
    const use = (): string => {
      const sealed = sign(null, Buffer.from('kith'), keys.privateKey)
      t.ok(verify(null, Buffer.from('kith'), keys.publicKey, sealed))
      const text = JSON.stringify({ at: new Date(0), amount: (1234.5).toLocaleString('de-DE') })
      return createHash('sha256').update(text).update(sealed).digest('hex')
    }
    const before = use()
    const full = ofFiles()
    memory.trim()
    const trimmed = ofFiles()
    t.ok(full - trimmed > 8 * 1024 * 1024, `${(full - trimmed) / 1e6} MB of ${full / 1e6}`)
    t.equal(use(), before)
    memory.trim()
    t.equal(use(), before)
    t.ok(ofFiles() > trimmed, 'what was used is there again')
  }
)
