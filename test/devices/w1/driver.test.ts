import t from 'tap'
import { parseScratchpad } from '../../../devices/w1/convert.ts'
import { w1 } from '../../../devices/w1/index.ts'
import { model } from '../../../devices/w1/model.ts'
import { temperatures, traps } from '../../../devices/w1/vectors.ts'
import { FileBench, fileFaultMatrix } from '../../support/hardware/file-bench.ts'

const ID = '28-0316a2798e2b'
const FILE = `/sys/bus/w1/devices/${ID}/w1_slave`
const bench = (): FileBench => new FileBench(w1, { model }, { id: ID })

t.test('driver, model and vectors', async (t) => {
  const made = bench()
  const sensor = await made.open()
  for (const { text, celsius, source } of temperatures) {
    made.world.files.override(FILE, text)
    t.equal(await made.value(sensor), celsius, source)
    made.world.files.override(FILE, undefined)
    if (source.startsWith('DS18S20')) continue
    made.world.ambient.hold('temperature', celsius)
    const shown = parseScratchpad((await made.world.sysfs.read(FILE)).trim())
    t.match(shown, { crcFits: true, celsius })
    const expected = parseScratchpad(text.trim())
    t.same(shown?.bytes.slice(0, 2), expected?.bytes.slice(0, 2))
  }
})

t.test('what looks like a temperature and is none', async (t) => {
  const made = bench()
  const sensor = await made.open()
  for (const { text, code, source } of traps) {
    made.world.files.override(FILE, text)
    const error = await made.refusal(made.sample(sensor))
    t.match(error, { code, message: `DS18B20 ${ID} ` }, source)
    t.ok(error.hint)
  }
  made.world.files.override(FILE, undefined)
  t.type(await made.value(sensor), 'number')
})

t.test('across the range', async (t) => {
  const made = bench()
  const sensor = await made.open()
  for (const celsius of [-55, -0.0625, 0, 21.5, 125]) {
    made.world.ambient.hold('temperature', celsius)
    const value = await made.value(sensor)
    t.ok(Math.abs(Number(value) - celsius) <= 0.001, `${value} is ${celsius}`)
  }
})

t.test('85 °C of power-on is made an error of the kernel, where that is allowed', async (t) => {
  const made = bench()
  await made.open()
  t.equal(await made.world.sysfs.read(`/sys/bus/w1/devices/${ID}/features`), '1\n')
  const refused = bench()
  refused.world.files.fail(`/sys/bus/w1/devices/${ID}/features`, 'EACCES')
  t.type(await refused.value(await refused.open()), 'number')
})

t.test('what is to be discovered', async (t) => {
  const made = bench()
  made.world.files.set('/sys/bus/w1/devices/01-000012345678/id', '')
  made.world.files.set('/sys/bus/w1/devices/10-000802824e58/w1_slave', '')
  const context = { clock: made.clock, signal: new AbortController().signal }
  t.match(await w1.discover?.(made.world.sysfs, context), [
    { name: 'DS18S20', options: { id: '10-000802824e58' } },
    { name: 'DS18B20', options: { id: ID } }
  ])
})

fileFaultMatrix(t, bench, FILE, `DS18B20 ${ID}`, 'bad-crc')
