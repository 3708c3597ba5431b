import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { LinuxSysfs } from '../../../src/hal/linux/sysfs.ts'

t.test('files under a root are read, listed and written', async (t) => {
  const root = t.testdir({ sys: { hwmon0: { name: 'tmp102\n', temp1_input: '21500\n' } } })
  const sysfs = new LinuxSysfs(root)
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
  t.equal((await new LinuxSysfs(root).read('/sys/big')).length, 65_536)
})

t.test('files of the kernel say their size is 0 and yet have content', async (t) => {
  t.match(await new LinuxSysfs().read('/proc/self/status'), /^Name:/)
})

t.test('a read that blocks holds neither its caller nor a second thread', async (t) => {
  const root = t.testdir({})
  const path = join(root, 'slow')
  execFileSync('mkfifo', [path])
  const sysfs = new LinuxSysfs(root)
  const controller = new AbortController()
  const first = sysfs.read('/slow', controller.signal)
  const others = [sysfs.read('/slow'), sysfs.read('/slow')]
  controller.abort(new Error('enough'))
  await t.rejects(first, { message: 'enough' })
  await writeFile(path, '85000\n')
  t.same(await Promise.all(others), ['85000\n', '85000\n'], 'the one read answers all who asked')
  await t.rejects(sysfs.read('/slow', AbortSignal.abort(new Error('before'))), { message: 'before' })
})

t.test('the space of a file system', async (t) => {
  const { total, free, available } = await new LinuxSysfs().space('/')
  t.ok(total > 0 && free <= total && available <= free)
  await t.rejects(new LinuxSysfs().space('/no/such/path'), { code: 'ENOENT' })
})

t.test('chips of 1-wire wait for each other outside of the threads', async (t) => {
  const root = t.testdir({ sys: { bus: { w1: { fast: '2\n' } }, fast: '3\n' } })
  const slow = join(root, 'sys/bus/w1/slow')
  execFileSync('mkfifo', [slow])
  const sysfs = new LinuxSysfs(root)
  const order: string[] = []
  const read = async (path: string): Promise<void> => {
    order.push((await sysfs.read(path)).trim())
  }
  const first = read('/sys/bus/w1/slow')
  const second = read('/sys/bus/w1/fast')
  await read('/sys/fast')
  t.same(order, ['3'], 'other files are not held up')
  await writeFile(slow, '1\n')
  await Promise.all([first, second])
  t.same(order, ['3', '1', '2'])
  await t.rejects(sysfs.read('/sys/bus/w1/absent'), { code: 'ENOENT' })
  t.equal(await sysfs.read('/sys/bus/w1/fast'), '2\n', 'a failure holds nobody up')
})
