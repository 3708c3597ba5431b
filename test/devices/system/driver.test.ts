import t from 'tap'
import * as convert from '../../../devices/system/convert.ts'
import { system } from '../../../devices/system/index.ts'
import { model } from '../../../devices/system/model.ts'
import { PART_NAMES } from '../../../devices/system/parts.ts'
import * as vectors from '../../../devices/system/vectors.ts'
import { model as thermal } from '../../../devices/thermal/model.ts'
import type { Options } from '../../../src/hal/sensor.ts'
import { FileBench, fileFaultMatrix } from '../../support/hardware/file-bench.ts'
import { near } from '../../support/near.ts'

const bench = (options: Options = {}): FileBench => new FileBench(system, { thermal, model }, options)

t.test('conversions and vectors', async (t) => {
  for (const { text, used } of vectors.memory) near(t, convert.memoryUsed(text), used, 1e-12)
  for (const { space, used } of vectors.disk) near(t, convert.diskUsed(space), used, 1e-12)
  for (const { text, seconds } of vectors.uptime) t.equal(convert.uptime(text), seconds)
  for (const { text, online, load } of vectors.load)
    t.equal(convert.load(text, convert.countOf(online)), load, `${text} on ${online}`)
  for (const { text, name, dBW } of vectors.signal)
    t.equal(convert.signal(text, name), dBW, `${name} in ${text}`)
  for (const { text, alarms } of vectors.throttled) t.same(convert.throttled(text), alarms, text)
  for (const { text, used } of vectors.life) t.equal(convert.lifeUsed(text), used, text)
  for (const { text, near } of vectors.endOfLife) t.equal(convert.nearsEnd(text), near, text)
})

t.test('everything that the simulated machine reports', async (t) => {
  const made = bench({ parts: PART_NAMES.join(' ') })
  const { ambient, files } = made.world
  for (const [quantity, value] of [
    ['temperature', 20],
    ['voltage', 5],
    ['current', 0.4],
    ['humidity', 50]
  ] as const)
    ambient.hold(quantity, value)
  files.set('/sys/block/mmcblk0/device/life_time', '0x02 0x01\n')
  files.set('/sys/block/mmcblk0/device/pre_eol_info', '0x01\n')
  files.storage = { total: 1000, free: 400, available: 300 }
  const sensor = await made.open()
  await made.clock.advance(7000)
  const measured = await made.sample(sensor)
  t.match(measured, [
    { quantity: 'temperature', value: 42 },
    { quantity: 'alarm', channel: 'supply', value: false },
    { quantity: 'alarm', channel: 'capped', value: false },
    { quantity: 'alarm', channel: 'throttle', value: false },
    { quantity: 'alarm', channel: 'hot', value: false },
    { quantity: 'ratio', channel: 'memory', value: Number },
    { quantity: 'ratio', channel: 'disk', value: 600 / 900 },
    { quantity: 'duration', channel: 'uptime', value: 100 },
    { quantity: 'ratio', channel: 'load', value: 0.15 },
    { quantity: 'signal', channel: 'wifi', value: -87 },
    { quantity: 'ratio', channel: 'wear', value: 0.2 },
    { quantity: 'alarm', channel: 'wear', value: false }
  ])
  ambient.hold('voltage', 4.5)
  t.match(
    (await made.sample(sensor)).flatMap((each) =>
      'value' in each && each.value === true ? [each.channel] : []
    ),
    ['supply', 'throttle']
  )
})

t.test('a part that is not there does not hide the others', async (t) => {
  const made = bench({ parts: 'soc memory wifi wear', interface: 'wlan1' })
  const sensor = await made.open()
  t.match(await made.sample(sensor), [
    { quantity: 'temperature', value: Number },
    { quantity: 'ratio', channel: 'memory', value: Number },
    { quantity: 'signal', fault: { code: 'absent', message: 'this machine has no signal at wlan1' } },
    { channel: 'wear', fault: { code: 'absent', message: /SD cards do not/ } },
    { channel: 'wear', fault: { code: 'absent' } }
  ])
})

t.test('throttling is found where newer boards have it', async (t) => {
  const made = bench({ parts: 'throttle' })
  const { files } = made.world
  files.remove('/sys/devices/platform/soc')
  t.match(await made.refusal(made.sample(await made.open())), { code: 'absent' })
  files.set('/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled', '80008\n')
  t.match(await made.sample(await made.open()), [{ value: false }, { value: false }, { value: true }])
})

t.test('files of an unknown form are no values', async (t) => {
  for (const [part, path] of [
    ['memory', '/proc/meminfo'],
    ['uptime', '/proc/uptime'],
    ['load', '/proc/loadavg'],
    ['load', '/sys/devices/system/cpu/online'],
    ['throttle', '/sys/devices/platform/soc/soc:firmware/get_throttled']
  ] as const) {
    const made = bench({ parts: part })
    const sensor = await made.open()
    for (const text of ['', 'what?\n', '-\n']) {
      made.world.files.override(path, text)
      t.match(await made.refusal(made.sample(sensor)), { code: 'garbage', message: /^this machine/ }, path)
    }
  }
})

t.test('a disk that cannot be asked', async (t) => {
  const made = bench({ parts: 'disk', disk: '/mnt/usb' })
  const sensor = await made.open()
  made.world.files.fail('/mnt/usb', 'ENOENT')
  t.match(await made.refusal(made.sample(sensor)), { code: 'absent', message: /file system at \/mnt\/usb/ })
})

t.test('what is to be discovered: the parts that are there', async (t) => {
  const made = bench()
  const context = { clock: made.clock, signal: new AbortController().signal }
  t.match(await system.discover?.(made.world.sysfs, context), [
    { name: 'system', options: { parts: 'soc supply throttle memory disk uptime load wifi' } }
  ])
})

fileFaultMatrix(t, () => bench({ parts: 'soc' }), '/sys/class/thermal/thermal_zone0/temp', 'this machine')
