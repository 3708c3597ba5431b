import t from 'tap'
import { loadGpioKernel } from '../../../../src/hal/linux/gpio/addon.ts'
import { systemCode } from '../../../../src/hal/linux/system-code.ts'
import { runWithFake, whyNoFake, whyNotBuilt } from '../../../support/hardware/run-with-fake.ts'

t.test('declarations of the addon match those of the kernel', { skip: whyNoFake('gpio') }, async (t) => {
  t.same(runWithFake(t, 'gpiochip.c', 'gpio-addon-run.ts', 'gpiochip0'), {
    chip: { name: 'gpiochip0', label: 'x'.repeat(32), lines: 54 },
    line: { name: 'GPIO5', consumer: 'gpio-keys', flags: 1 },
    levels: [1, null, 0],
    busy: 'line GPIO5 is in use by gpio-keys',
    event: [48, 1, 17, 0xfffffffe],
    young: true,
    empty: 0
  })
})

t.test('what is no GPIO chip is an error of the system', { skip: whyNotBuilt('gpio') }, async (t) => {
  const kernel = await loadGpioKernel()
  const descriptor = kernel.open('/dev/null')
  const calls = [
    () => kernel.chipInfo(descriptor),
    () => kernel.lineInfo(descriptor, 0),
    () => kernel.request(descriptor, { offset: 0, flags: 4, level: 0, events: 0, consumer: 'kith' }),
    () => kernel.get(descriptor),
    () => kernel.set(descriptor, 1),
    () => kernel.watch(descriptor, () => {})
  ]
  for (const call of calls) {
    try {
      call()
      t.fail('it throws')
    } catch (error) {
      t.match(systemCode(error), /^(ENOTTY|EPERM)$/)
    }
  }
  kernel.close(descriptor)
  t.throws(() => kernel.chipInfo(-1), /Bad file descriptor/)
  t.ok(Array.isArray(kernel.chips()))
})
