import { systemClock } from '../../src/clock.ts'
import { type Check, FIRST, type Lab, SOON } from './check.ts'
import { figures } from './figures.ts'
import { pins } from './gpio.ts'
import { describeView } from './host.ts'

interface Wired {
  readonly series: string
  readonly by: string
  /** In QMP. */
  readonly chip: string
  readonly property: string
  /** °C that one step of the register is. */
  readonly step: number
}

const TMP421 = { by: "the kernel's tmp421 (hwmon)", chip: 'remote', step: 0.0625 }
// QEMU's model has no fractions.
const EMC1413 = { by: "the kernel's emc1403 (hwmon)", chip: 'diodes', step: 1 }

const THERMOMETERS: readonly Wired[] = [
  { series: 'air/temperature', by: "kith's tmp105", chip: 'air', property: 'temperature', step: 0.0625 },
  {
    series: 'board/temperature',
    by: "the kernel's lm75 (hwmon)",
    chip: 'board',
    property: 'temperature',
    step: 0.5
  },
  { series: 'remote/temperature.1', property: 'temperature0', ...TMP421 },
  { series: 'remote/temperature.2', property: 'temperature1', ...TMP421 },
  { series: 'diodes/temperature.1', property: 'temperature0', ...EMC1413 },
  { series: 'diodes/temperature.2', property: 'temperature1', ...EMC1413 },
  { series: 'diodes/temperature.3', property: 'temperature2', ...EMC1413 }
]

/** °C; each chip gets one of its own, the next is a step of 1.5 higher. */
const BEFORE = 18.5
const AFTER = 31.5

export const scenario: readonly Check[] = [
  { name: 'the first reading comes to the host', run: first },
  ...THERMOMETERS.map((wired, at) => measures(wired, BEFORE + 1.5 * at)),
  ...THERMOMETERS.map((wired, at) => measures(wired, AFTER + 1.5 * at)),
  measures(thermometer(0), -12.25),
  faulty('barometer/pressure', 'stuck', /has the identity ff where a chip of that type has 10/),
  faulty(
    'taken/temperature',
    'owned-by-kernel',
    /^tmp102 at 0x49 on i2c-1 belongs to a driver of the kernel/
  ),
  faulty('cellar/temperature', 'stuck', /returns only zeros/),
  plausible('pressure/temperature', "the kernel's dps310 (iio)", [24.7, 24.8]),
  plausible('pressure/pressure', "the kernel's dps310 (iio)", [92_940, 92_950]),
  plausible('soc/temperature', 'thermal zone of the kernel', [0, 100]),
  plausible('machine/ratio.memory', '/proc/meminfo', [0, 1]),
  { name: "time is that of the clock chip (kith's ds1338)", run: rightTime },
  figures,
  ...pins,
  figures
]

function thermometer(at: number): Wired {
  const wired = THERMOMETERS[at]
  if (wired === undefined) throw new RangeError(`there is no thermometer ${at}`)
  return wired
}

async function first({ host }: Lab): Promise<string> {
  const view = await host.receives('air/temperature', () => true, FIRST)
  return `${describeView(view)}, by ${view.door}`
}

/** Sets what surrounds a chip, and waits until the host has received it. */
function measures({ series, by, chip, property, step }: Wired, celsius: number): Check {
  return {
    name: `${series} is ${celsius} °C, by ${by}`,
    async run({ machine, host }) {
      await machine.qmp.set(chip, property, celsius * 1000)
      const near = (value: unknown): boolean => typeof value === 'number' && Math.abs(value - celsius) < step
      return describeView(await host.receives(series, ({ value }) => near(value), SOON))
    }
  }
}

function faulty(series: string, code: string, text: RegExp): Check {
  return {
    name: `${series} is the fault ${code}`,
    async run({ host }) {
      const isIt = (fault?: { code: string; text: string }): boolean =>
        fault?.code === code && text.test(fault.text)
      return describeView(await host.receives(series, ({ fault }) => isIt(fault), SOON))
    }
  }
}

function plausible(series: string, by: string, [min, max]: readonly [number, number]): Check {
  return {
    name: `${series} is from ${min} to ${max}, by ${by}`,
    async run({ host }) {
      const within = (value: unknown): boolean => typeof value === 'number' && value >= min && value <= max
      return describeView(await host.receives(series, ({ value }) => within(value), SOON))
    }
  }
}

/** The board begins in 1970: only its clock chip can tell it the year. */
async function rightTime({ host }: Lab): Promise<string> {
  const now = systemClock.now() / 1000
  const day = 86_400
  const view = await host.receives(
    'air/temperature',
    ({ time, quality }) => quality === 1 && time !== null && Math.abs(time - now) < day,
    SOON
  )
  return `${new Date((view.time ?? 0) * 1000).toISOString()}, quality ${view.quality}`
}
