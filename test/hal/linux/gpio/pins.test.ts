import t from 'tap'
import { LinuxPins } from '../../../../src/hal/linux/gpio/pins.ts'
import { SimulatedSysfs } from '../../../../src/hal/simulated/sysfs.ts'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { FakeGpioKernel } from '../../../support/fakes/gpio-kernel.ts'

const PI = { gpiochip0: { label: 'pinctrl-bcm2711', lines: 58 } }

function bench(chips: ConstructorParameters<typeof FakeGpioKernel>[1]) {
  const clock = new VirtualClock()
  const kernel = new FakeGpioKernel(clock, chips)
  const load = async () => {
    throw new Error('onoff was asked for')
  }
  return { clock, kernel, sysfs: new SimulatedSysfs(), load }
}

/** Over sysfs a machine without chips has no line; the character device has GPIO17. */
const OVER_SYSFS = { code: 'no-such-line', hint: /no \/sys\/class\/gpio/ }

t.test('the character device comes first', async (t) => {
  const { kernel, ...rest } = bench(PI)
  let loads = 0
  const pins = new LinuxPins({
    ...rest,
    loadKernel: async () => {
      loads += 1
      return kernel
    }
  })
  await (await pins.input('GPIO17', { bias: 'pull-up', numbered: true })).close()
  await pins.output('GPIO4', 1)
  t.equal(loads, 1)
  await pins.close()
  t.equal(kernel.descriptors, 0)
})

t.test('without the addon, or without a chip, it is sysfs', async (t) => {
  const { kernel, ...rest } = bench(PI)
  const unbuilt = new LinuxPins({ ...rest, loadKernel: async () => Promise.reject(new Error('not built')) })
  await t.rejects(unbuilt.input('GPIO17'), {
    code: 'unsupported',
    hint: /C compiler: node .*scripts\/build-native\.mjs/
  })
  rest.sysfs.set('/sys/class/gpio/export', '')
  await t.rejects(unbuilt.input('GPIO17'), OVER_SYSFS)
  kernel.unplug('/dev/gpiochip0')
  const pins = new LinuxPins({ ...rest, loadKernel: async () => kernel })
  await t.rejects(pins.input('GPIO17'), OVER_SYSFS)
  kernel.plug('/dev/gpiochip0', PI.gpiochip0)
  t.ok(await pins.input('GPIO17'), 'a chip that is plugged in later is found')
  await pins.close()
})

t.test('two lines opened at once share what opens them', async (t) => {
  const { kernel, ...rest } = bench(PI)
  const pins = new LinuxPins({ ...rest, loadKernel: async () => kernel })
  await Promise.all([pins.input('GPIO1'), pins.input('GPIO2'), pins.output('GPIO3', 0)])
  t.equal(kernel.descriptors, 3)
  await pins.close()
  t.equal(kernel.descriptors, 0)
})
