import t from 'tap'
import { SimulatedSysfs } from '../../../src/hal/simulated/sysfs.ts'

t.test('files can be read, listed, changed and taken away', async (t) => {
  const files = new SimulatedSysfs()
  let reads = 0
  files.set('/sys/class/hwmon/hwmon0/name', 'tmp102\n')
  files.set('/sys/class/hwmon/hwmon0/temp1_input', () => `${21_500 + reads++}\n`)
  files.set('/sys/class/hwmon/hwmon1/name', 'cpu\n')
  t.same(await files.list('/sys/class/hwmon'), ['hwmon0', 'hwmon1'])
  t.same(await files.list('/sys/class/hwmon/hwmon0/'), ['name', 'temp1_input'])
  t.same(await files.list('/sys/nothing'), [])
  t.equal(await files.read('/sys/class/hwmon/hwmon0/temp1_input'), '21500\n')
  t.equal(await files.read('/sys/class/hwmon/hwmon0/temp1_input'), '21501\n')
  files.remove('/sys/class/hwmon/hwmon0')
  t.same(await files.list('/sys/class/hwmon'), ['hwmon1'])
  await t.rejects(files.read('/sys/class/hwmon/hwmon0/name'), { code: 'ENOENT' })
})

t.test('a path can fail for a while', async (t) => {
  const files = new SimulatedSysfs()
  files.set('/sys/x', '1\n')
  files.fail('/sys/x', 'EAGAIN')
  await t.rejects(files.read('/sys/x'), { code: 'EAGAIN' })
  await t.rejects(files.write('/sys/x', '2'), { code: 'EAGAIN' })
  files.fail('/sys/x', undefined)
  t.equal(await files.read('/sys/x'), '1\n')
})

t.test('writing keeps the text or calls a listener; it makes no files', async (t) => {
  const files = new SimulatedSysfs()
  const reported: string[] = []
  files.set('/sys/x', '1\n')
  await files.write('/sys/x', '2\n')
  t.equal(await files.read('/sys/x'), '2\n')
  files.onWrite('/sys/x', (text) => reported.push(text))
  await files.write('/sys/x', 'trigger\n')
  t.same(reported, ['trigger\n'])
  t.equal(await files.read('/sys/x'), '2\n')
  await t.rejects(files.write('/sys/y', '1'), { code: 'ENOENT' })
  await t.rejects(files.read('/sys/x', AbortSignal.abort(new Error('enough'))), { message: 'enough' })
})

t.test('a text can stand in for the file, and the disk can fill', async (t) => {
  const files = new SimulatedSysfs()
  files.set('/sys/x', () => '1\n')
  files.override('/sys/x', 'what?\n')
  t.equal(await files.read('/sys/x'), 'what?\n')
  files.override('/sys/x', undefined)
  t.equal(await files.read('/sys/x'), '1\n')
  files.storage = { total: 100, free: 10, available: 5 }
  t.same(await files.space('/home'), { total: 100, free: 10, available: 5 })
  files.fail('/home', 'ENOENT')
  await t.rejects(files.space('/home'), { code: 'ENOENT' })
})
