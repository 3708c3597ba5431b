import t from 'tap'
import { thermal } from '../../../devices/thermal/index.ts'
import { model } from '../../../devices/thermal/model.ts'
import { temperatures } from '../../../devices/thermal/vectors.ts'
import { FileBench, fileFaultMatrix } from '../../support/hardware/file-bench.ts'
import { near } from '../../support/near.ts'

const ZONE = '/sys/class/thermal/thermal_zone0'
const bench = (): FileBench => new FileBench(thermal, { model })

t.test('driver and vectors', async (t) => {
  const made = bench()
  const sensor = await made.open()
  for (const { text, celsius, source } of temperatures) {
    made.world.files.set(`${ZONE}/temp`, text)
    t.equal(await made.value(sensor), celsius, source)
  }
})

t.test('a sample is what surrounds the processor, and its own warmth', async (t) => {
  const made = bench()
  const sensor = await made.open()
  made.world.ambient.hold('temperature', 20)
  near(t, await made.value(sensor), 42, 0.001)
})

t.test('a zone is found by its type, also when its number changes', async (t) => {
  const made = bench()
  const { files } = made.world
  const sensor = await made.open()
  files.set('/sys/class/thermal/thermal_zone0/type', 'gpu-thermal\n')
  files.set('/sys/class/thermal/thermal_zone10/type', 'cpu-thermal\n')
  files.set('/sys/class/thermal/thermal_zone10/temp', '61000\n')
  t.equal(await made.value(sensor), 61)
  files.set('/sys/class/thermal/thermal_zone0/type', 'cpu-thermal\n')
  files.remove('/sys/class/thermal/thermal_zone10')
  t.not(await made.value(sensor), 61)
})

t.test('a zone that is not there, and one of several', async (t) => {
  const absent = new FileBench(thermal, { model }, { zone: 'npu-thermal' })
  t.match(await absent.refusal(absent.open()), {
    code: 'absent',
    message: 'thermal zone npu-thermal is not there',
    hint: /cpu-thermal/
  })
  const twice = bench()
  twice.world.files.set('/sys/class/thermal/thermal_zone1/type', 'cpu-thermal\n')
  t.match(await twice.refusal(twice.open()), { code: 'ambiguous', message: /thermal_zone0.*thermal_zone1/ })
})

fileFaultMatrix(t, bench, `${ZONE}/temp`, 'thermal zone cpu-thermal')
