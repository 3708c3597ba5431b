import { execFileSync } from 'node:child_process'
import { mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { KernelFiles } from '../../../src/hal/kernel/files.ts'
import { LinuxSysfs, type LinuxSysfsOptions } from '../../../src/hal/linux/sysfs.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'

function sysfsOf(root?: string, readText?: LinuxSysfsOptions['readText'], clock = systemClock): LinuxSysfs {
  const calls = blockingCalls(clock)
  return new LinuxSysfs({ calls, ...(root === undefined ? {} : { root }), ...(readText && { readText }) })
}

/** A kernel whose reads return when a test says so. */
function heldReads() {
  const held = new Map<string, PromiseWithResolvers<string>>()
  const order: string[] = []
  const readText = (path: string): Promise<string> => {
    const read = Promise.withResolvers<string>()
    held.set(path, read)
    order.push(path)
    return read.promise
  }
  const answer = (path: string, text: string): void => held.get(path)?.resolve(text)
  return { readText, answer, order }
}

t.test('files under a root are read, listed and written', async (t) => {
  const root = t.testdir({ sys: { hwmon0: { name: 'tmp102\n', temp1_input: '21500\n' } } })
  const sysfs = sysfsOf(root)
  t.equal(await sysfs.read('/sys/hwmon0/name'), 'tmp102\n')
  t.same(await sysfs.list('/sys/hwmon0'), ['name', 'temp1_input'])
  t.same(await sysfs.list('/sys/nothing'), [])
  await sysfs.write('/sys/hwmon0/name', 'TMP')
  t.equal(await readFile(join(root, 'sys/hwmon0/name'), 'utf8'), 'TMP102\n', 'neither cut nor made')
  await t.rejects(sysfs.write('/sys/hwmon0/other', '1'), { code: 'ENOENT' })
  await t.rejects(sysfs.read('/sys/hwmon0/other'), { code: 'ENOENT' })
  await t.rejects(sysfs.list('/sys/hwmon0/name'), { code: 'ENOTDIR' })
})

t.test('at most 64 KiB are read', async (t) => {
  const root = t.testdir({})
  await mkdir(join(root, 'sys'))
  await writeFile(join(root, 'sys/big'), 'x'.repeat(100_000))
  t.equal((await sysfsOf(root).read('/sys/big')).length, 65_536)
})

t.test('files of the kernel say their size is 0 and yet have content', async (t) => {
  t.match(await sysfsOf().read('/proc/self/status'), /^Name:/)
})

t.test('a read that blocks holds neither its caller nor a second thread', async (t) => {
  const { readText, answer, order } = heldReads()
  const sysfs = sysfsOf('', readText)
  const controller = new AbortController()
  const first = sysfs.read('/slow', controller.signal)
  const others = [sysfs.read('/slow'), sysfs.read('/slow')]
  controller.abort(new Error('enough'))
  await t.rejects(first, { message: 'enough' })
  answer('/slow', '85000\n')
  t.same(await Promise.all(others), ['85000\n', '85000\n'], 'the one read answers all who asked')
  t.same(order, ['/slow'])
  await t.rejects(sysfs.read('/slow', AbortSignal.abort(new Error('before'))), { message: 'before' })
})

t.test('files that would block are read without waiting, and take no thread', async (t) => {
  const root = t.testdir({ temp1_input: '21500\n' })
  const names = Array.from({ length: 5 }, (_, n) => `/fifo${n}`)
  for (const name of names) execFileSync('mkfifo', [root + name])
  const sysfs = sysfsOf(root)
  t.same(await Promise.all(names.map((name) => sysfs.read(name))), ['', '', '', '', ''], 'nobody writes')
  const writers = await Promise.all(names.map((name) => open(root + name, 'r+')))
  t.teardown(() => Promise.all(writers.map((writer) => writer.close())))
  for (const name of names) await t.rejects(sysfs.read(name), { code: 'EAGAIN' }, 'somebody may write')
  t.equal(await sysfs.read('/temp1_input'), '21500\n')
})

t.test('the space of a file system', async (t) => {
  const { total, free, available } = await sysfsOf().space('/')
  t.ok(total > 0 && free <= total && available <= free)
  await t.rejects(sysfsOf().space('/no/such/path'), { code: 'ENOENT' })
})

/** Two masters of 1-wire, with two chips and one. */
async function wires(t: Test): Promise<string> {
  const root = t.testdir({ sys: { bus: { w1: { devices: {} } }, devices: {} } })
  for (const [chip, master] of [
    ['28-a', 1],
    ['28-b', 1],
    ['28-c', 2]
  ] as const) {
    await mkdir(`${root}/sys/devices/w1_bus_master${master}/${chip}`, { recursive: true })
    await symlink(`../../../devices/w1_bus_master${master}/${chip}`, `${root}/sys/bus/w1/devices/${chip}`)
  }
  return root
}

t.test('chips of one 1-wire master wait for each other outside of the threads', async (t) => {
  const root = await wires(t)
  const { readText, answer, order } = heldReads()
  const sysfs = sysfsOf(root, readText)
  const file = (chip: string): string => `/sys/bus/w1/devices/${chip}/w1_slave`
  const [a, b, c] = ['28-a', '28-b', '28-c'].map((chip) => sysfs.read(file(chip)))
  t.same(order, [root + file('28-a'), root + file('28-c')], 'those of another master do not wait')
  answer(root + file('28-a'), 'a')
  t.equal(await a, 'a')
  answer(root + file('28-b'), 'b')
  answer(root + file('28-c'), 'c')
  t.same(await Promise.all([b, c]), ['b', 'c'])
})

t.test('one blocked 1-wire chip names itself to those of its master, and stops no other', async (t) => {
  const root = await wires(t)
  const { readText, answer } = heldReads()
  const clock = new VirtualClock()
  const sysfs = sysfsOf(root, readText, clock)
  const file = (chip: string): string => `/sys/bus/w1/devices/${chip}/w1_slave`
  void sysfs.read(file('28-a'))
  const waiting = sysfs.read(file('28-b'))
  await Promise.all([
    t.rejects(waiting, { code: 'busy', message: `${file('28-a')} has not returned for 4 s` }),
    clock.advance(5000)
  ])
  await t.rejects(sysfs.read(file('28-b')), { code: 'busy' }, 'nor does the next one wait')
  const other = sysfs.read(file('28-c'))
  answer(root + file('28-c'), 'c')
  t.equal(await other, 'c')
  const files = new KernelFiles(sysfs, clock, 'DS18B20 28-b')
  await t.rejects(files.text(file('28-b'), new AbortController().signal), {
    code: 'busy',
    message: `DS18B20 28-b cannot be read: ${file('28-a')} has not returned for 4 s`,
    hint: 'unplug'
  })
  answer(root + file('28-a'), 'a')
  await turns()
  const again = sysfs.read(file('28-b'))
  answer(root + file('28-b'), 'b')
  t.equal(await again, 'b', 'it recovers with the blocked one')
})

/** Lets promises settle. */
async function turns(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
