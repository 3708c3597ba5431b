import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { FileWatch } from '../../../src/node/configuration/file-watch.ts'

interface Bench {
  readonly clock: VirtualClock
  readonly file: string
  readonly watch: FileWatch
  count(): number
}

function bench(t: Test): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'kith-watch-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'kith.yaml')
  writeFileSync(file, 'name: hall\n')
  const clock = new VirtualClock()
  let changes = 0
  const watch = new FileWatch({ file, clock, changed: () => (changes += 1) })
  watch.start()
  return { clock, file, watch, count: () => changes }
}

t.test('several writes in a row are one change, told once the file is left alone', async (t) => {
  const { clock, file, count } = bench(t)
  await clock.advance(5_000)
  t.equal(count(), 0, 'nobody wrote it')
  for (let i = 0; i < 5; i++) {
    writeFileSync(file, `name: hall${'x'.repeat(i)}\n`)
    await clock.advance(1_000)
    t.equal(count(), 0)
  }
  await clock.advance(10_000)
  t.equal(count(), 1)
})

t.test('a file that is replaced was changed; one that is away was not', async (t) => {
  const { clock, file, count } = bench(t)
  rmSync(file)
  await clock.advance(10_000)
  t.equal(count(), 0)
  writeFileSync(`${file}.new`, 'name: attic\n')
  renameSync(`${file}.new`, file)
  await clock.advance(3_000)
  t.equal(count(), 1)
})

t.test('stopped it looks no more, and started again it begins with the file as it is', async (t) => {
  const { clock, file, watch, count } = bench(t)
  watch.stop()
  writeFileSync(file, 'name: attic\n')
  await clock.advance(5_000)
  watch.start()
  await clock.advance(5_000)
  t.equal(count(), 0)
  writeFileSync(file, 'name: roof\n')
  await clock.advance(5_000)
  t.equal(count(), 1)
})

t.test('what a slow write leaves in between is not told', async (t) => {
  const { clock, file, count } = bench(t)
  const whole = 'name: hall\ndeny: [shed]\nwatch: true\n'
  writeFileSync(file, whole)
  await clock.advance(5_000)
  t.equal(count(), 1)
  for (const end of [0, 11, 24]) {
    writeFileSync(file, whole.slice(0, end))
    await clock.advance(8_000)
    t.equal(count(), 1, `${end} bytes`)
  }
  writeFileSync(file, `${whole}name: attic\n`)
  await clock.advance(4_000)
  t.equal(count(), 2, 'the whole')
})

t.test('an end that was removed is told later, and each beginning of what was whole', async (t) => {
  const { clock, file, count } = bench(t)
  const whole = 'name: hall\ndeny: [shed]\nwatch: true\n'
  writeFileSync(file, whole)
  await clock.advance(5_000)
  writeFileSync(file, whole.slice(0, 11))
  await clock.advance(15_000)
  t.equal(count(), 2)
  writeFileSync(file, whole.slice(0, 24))
  await clock.advance(8_000)
  t.equal(count(), 2, 'the same write may go on')
  writeFileSync(file, whole)
  await clock.advance(4_000)
  t.equal(count(), 3)
})
