import t from 'tap'
import { channelsIn, channelsOf, LIST } from '../../../devices/hwmon/channels.ts'
import { hwmon } from '../../../devices/hwmon/index.ts'
import { model } from '../../../devices/hwmon/model.ts'
import { values } from '../../../devices/hwmon/vectors.ts'
import type { Options } from '../../../src/hal/sensor.ts'
import { FileBench, fileFaultMatrix } from '../../support/hardware/file-bench.ts'
import { near } from '../../support/near.ts'

const bench = (options: Options): FileBench => new FileBench(hwmon, { model }, options)
const CHIP = '/sys/class/hwmon/hwmon1'

t.test('driver and vectors', async (t) => {
  for (const { file, text, quantity, value, source } of values) {
    const made = bench({ chip: 'new', channels: file })
    made.world.files.set('/sys/class/hwmon/hwmon5/name', 'new\n')
    made.world.files.set(`/sys/class/hwmon/hwmon5/${file}_input`, text)
    t.same(await made.sample(await made.open()), [{ quantity, value }], source)
  }
})

t.test('a chip with several channels follows the world', async (t) => {
  const made = bench({ chip: 'supply', channels: 'in1 in2 curr1 power1 fan1 humidity1 temp:board' })
  const { ambient } = made.world
  ambient.hold('voltage', 5)
  ambient.hold('current', 0.4)
  ambient.hold('temperature', 20)
  ambient.hold('humidity', 48)
  const measured = await made.sample(await made.open())
  const expected: [string, string | undefined, number][] = [
    ['voltage', '1', 5],
    ['voltage', '2', 3.3],
    ['current', undefined, 0.4],
    ['power', undefined, 2],
    ['rate', undefined, 1700 / 60],
    ['humidity', undefined, 48],
    ['temperature', undefined, 26]
  ]
  t.same(
    measured.map(({ quantity, channel }) => [quantity, channel]),
    expected.map(([quantity, channel]) => [quantity, channel])
  )
  for (const [index, [, , value]] of expected.entries()) {
    const found = measured[index]
    near(t, found !== undefined && 'value' in found ? found.value : undefined, value, 1e-9)
  }
  t.same(
    channelsOf('in1 in2 curr1').map(({ quantity, channel }) => [quantity, channel]),
    [
      ['voltage', '1'],
      ['voltage', '2'],
      ['current', undefined]
    ],
    'what it measures is reported before it is opened'
  )
})

t.test('one channel that fails does not hide the others', async (t) => {
  const made = bench({ chip: 'supply', channels: 'in1 temp1' })
  const sensor = await made.open()
  made.world.files.fail(`${CHIP}/in1_input`, 'EIO')
  t.match(await made.sample(sensor), [
    {
      quantity: 'voltage',
      fault: { code: 'unreadable', message: /^hwmon chip supply .*in1_input gives EIO/ }
    },
    { quantity: 'temperature', value: Number }
  ])
})

t.test('a broken sensor is reported by the chip', async (t) => {
  const made = bench({ chip: 'supply', channels: 'temp1' })
  const sensor = await made.open()
  made.world.files.set(`${CHIP}/temp1_fault`, '1\n')
  t.match(await made.refusal(made.sample(sensor)), {
    code: 'garbage',
    message: /no working sensor at temp1/
  })
})

t.test('chips are found by name, and by place where several have it', async (t) => {
  const absent = bench({ chip: 'tmp421' })
  t.match(await absent.refusal(absent.open()), {
    code: 'absent',
    message: 'hwmon chip tmp421 is not there',
    hint: /the kernel shows lm75, supply/
  })
  const twin = (options: Options): FileBench => {
    const made = bench(options)
    made.world.files.set('/sys/class/hwmon/hwmon4/name', 'lm75\n')
    made.world.files.set('/sys/class/hwmon/hwmon4/temp1_input', '99000\n')
    return made
  }
  const which = twin({ chip: 'lm75' })
  t.match(await which.refusal(which.open()), { code: 'ambiguous', hint: /at: 1-0048/ })
  const placed = twin({ chip: 'lm75', at: '1-004f' })
  placed.world.ambient.hold('temperature', 21.5)
  t.equal(await placed.value(await placed.open()), 21.5)
})

t.test('labels that are not there', async (t) => {
  const made = bench({ chip: 'supply', channels: 'temp:cpu' })
  const error = await made.refusal(made.sample(await made.open()))
  t.match(error, { code: 'absent', message: /no temp that is labelled cpu/, hint: /board/ })
})

t.test('lists of channels', async (t) => {
  for (const good of ['temp1', 'in0 in12 power1', 'temp:packagei fan2']) t.match(good, LIST)
  for (const bad of ['', 'temp', 'temp1,in0', 'temp1  in0', 'pwm1', 'temp:Core0', 'temp:packageid0'])
    t.notMatch(bad, LIST)
  t.same(
    channelsIn(['name', 'temp10_input', 'temp2_input', 'temp2_max', 'power1_average', 'in0_lcrit_alarm']),
    ['power1', 'temp2', 'temp10']
  )
  t.equal(channelsOf('temp1 temp1').length, 1)
})

t.test('what is to be discovered', async (t) => {
  const made = bench({ chip: 'lm75' })
  const { files } = made.world
  files.set('/sys/class/hwmon/hwmon2/name', 'w1_slave_temp\n')
  files.set('/sys/class/hwmon/hwmon2/temp1_input', '1\n')
  files.set('/sys/class/hwmon/hwmon2/device/w1_slave', '\n')
  files.set('/sys/class/hwmon/hwmon3/name', 'cpu_thermal\n')
  files.set('/sys/class/hwmon/hwmon3/temp1_input', '1\n')
  for (const name of ['type', 'temp', 'policy']) files.set(`/sys/class/hwmon/hwmon3/device/${name}`, '\n')
  for (const number of [8, 9]) {
    files.set(`/sys/class/hwmon/hwmon${number}/name`, 'nvme\n')
    files.set(`/sys/class/hwmon/hwmon${number}/temp1_input`, '1\n')
  }
  const context = { clock: made.clock, signal: new AbortController().signal }
  t.match(await hwmon.discover?.(made.world.sysfs, context), [
    { name: 'lm75', chip: '1-004f', options: { chip: 'lm75', channels: 'temp1' } },
    { name: 'supply', about: /in1 VDD 5V.*temp1 Board/, options: { chip: 'supply' } },
    { name: 'nvme', options: undefined },
    { name: 'nvme', options: undefined }
  ])
})

fileFaultMatrix(t, () => bench({ chip: 'lm75' }), '/sys/class/hwmon/hwmon0/temp1_input', 'hwmon chip lm75')
