import t from 'tap'
import type { Edge, InputLine, InputOptions } from '../../../../src/hal/gpio.ts'
import { CharacterPins } from '../../../../src/hal/linux/gpio/character-pins.ts'
import { LineFlag } from '../../../../src/hal/linux/gpio/kernel.ts'
import { SimulatedSysfs } from '../../../../src/hal/simulated/sysfs.ts'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { FakeGpioKernel, failure } from '../../../support/fakes/gpio-kernel.ts'

const names = Object.fromEntries(Array.from({ length: 28 }, (_, i) => [i, `GPIO${i}`]))
/** A Raspberry Pi 5 as it is since mid-2024, 4 and 3. */
const PI5 = {
  gpiochip0: { label: 'pinctrl-rp1', lines: 54, names },
  gpiochip10: { label: 'gpio-brcmstb@107d508500', lines: 32, names: { 3: '2712_BOOT', 17: 'GPIO17' } }
}
const PI4 = {
  gpiochip1: { label: 'raspberrypi-exp-gpio', lines: 8, names: { 0: 'BT_ON' } },
  gpiochip0: { label: 'pinctrl-bcm2711', lines: 58, names }
}
/** A kernel whose device tree names no line. */
const PI3 = { gpiochip0: { label: 'pinctrl-bcm2835', lines: 54 } }

function bench(chips: ConstructorParameters<typeof FakeGpioKernel>[1] = PI5) {
  const clock = new VirtualClock()
  const kernel = new FakeGpioKernel(clock, chips)
  const sysfs = new SimulatedSysfs()
  const wills: (() => void)[] = []
  const atExit = (work: () => void): (() => void) => {
    wills.push(work)
    return () => wills.splice(wills.indexOf(work), 1)
  }
  return { clock, kernel, sysfs, wills, pins: new CharacterPins({ clock, sysfs, kernel, atExit }) }
}

function watch(line: InputLine): { edges: Edge[]; errors: Error[]; cancel: () => void } {
  const [edges, errors]: [Edge[], Error[]] = [[], []]
  const cancel = line.watch(
    (edge) => edges.push(edge),
    (error) => errors.push(error)
  )
  return { edges, errors, cancel }
}

t.test('GPIO17 is the same pin on every board', async (t) => {
  for (const [board, chips] of Object.entries({ PI5, PI4, PI3 })) {
    const { kernel, pins } = bench(chips)
    await pins.input('GPIO17')
    t.match(kernel.line('/dev/gpiochip0', 17).request, { consumer: 'kith', events: 1024 }, board)
    t.equal(kernel.descriptors, 1, 'chips are closed again')
  }
})

t.test('lines are found by chip, by label and by any name', async (t) => {
  const { kernel, pins } = bench()
  await pins.input('gpiochip10:5')
  await pins.input('pinctrl-rp1:6')
  await pins.input('gpio-brcmstb@107d508500:7')
  await pins.input('2712_BOOT')
  t.ok(kernel.line('/dev/gpiochip10', 5).request)
  t.ok(kernel.line('/dev/gpiochip0', 6).request)
  t.ok(kernel.line('/dev/gpiochip10', 7).request)
  t.ok(kernel.line('/dev/gpiochip10', 3).request)
  for (const line of ['GPIO54', 'GPIO', '17', 'gpiochip1:1', 'gpiochip0:54', 'GPIO17x', '../x:1', '']) {
    await t.rejects(pins.input(line), {
      code: 'no-such-line',
      message: `there is no line ${line}`,
      hint: /gpiochip0:0 to gpiochip0:53 \(pinctrl-rp1\)/
    })
  }
})

t.test('what is asked for is what the kernel is asked', async (t) => {
  const rows: [InputOptions, number][] = [
    [{}, LineFlag.rising | LineFlag.falling],
    [{ edge: 'rising', bias: 'pull-up' }, LineFlag.rising | LineFlag.pullUp],
    [{ edge: 'falling', bias: 'pull-down', numbered: true }, LineFlag.falling | LineFlag.pullDown],
    [{ bias: 'disabled' }, LineFlag.rising | LineFlag.falling | LineFlag.noPull]
  ]
  for (const [options, flags] of rows) {
    const { kernel, pins } = bench()
    await pins.input('GPIO4', options)
    t.equal(kernel.line('/dev/gpiochip0', 4).request?.flags, flags | LineFlag.input)
  }
  const { kernel, pins } = bench()
  const output = await pins.output('GPIO4', 1)
  t.match(kernel.line('/dev/gpiochip0', 4), { level: 1, request: { flags: LineFlag.output, level: 1 } })
  await output.write(0)
  t.equal(await output.read(), 0)
  t.equal(kernel.line('/dev/gpiochip0', 4).level, 0)
})

t.test('an edge has the kernel’s time and number, whenever it is read', async (t) => {
  const { clock, kernel, pins } = bench()
  const line = await pins.input('GPIO17')
  kernel.drive('/dev/gpiochip0', 17, 1)
  const { edges, cancel } = watch(line)
  await clock.advance(5)
  kernel.drive('/dev/gpiochip0', 17, 0, false)
  await clock.advance(0.25)
  kernel.drive('/dev/gpiochip0', 17, 1, false)
  await clock.advance(700)
  kernel.settle('/dev/gpiochip0', 17)
  t.same(
    edges.map(({ at, ...edge }) => ({ ...edge, at: Math.round(at * 1000) / 1000 })),
    [
      { level: 0, sequence: 2, at: 5 },
      { level: 1, sequence: 3, at: 5.25 }
    ],
    'what was before the watch is not reported'
  )
  cancel()
  kernel.drive('/dev/gpiochip0', 17, 0)
  t.equal(edges.length, 2)
})

t.test('a flood is taken in bounded gulps, and what overflows is seen by its number', async (t) => {
  const { kernel, pins } = bench()
  const line = await pins.input('GPIO17', { edge: 'rising' })
  const { edges } = watch(line)
  kernel.reads = 0
  for (let i = 0; i < 5000; i++) {
    kernel.drive('/dev/gpiochip0', 17, 1, false)
    kernel.drive('/dev/gpiochip0', 17, 0, false)
  }
  kernel.settle('/dev/gpiochip0', 17)
  t.equal(edges.length, 1024)
  t.equal(kernel.reads, 4, '256 at a time')
  t.equal(edges[0]?.sequence, 5000 - 1023)
  t.equal(edges.at(-1)?.sequence, 5000)
})

t.test('a taken line is reported with its owner', async (t) => {
  const { kernel, pins } = bench()
  kernel.claim('/dev/gpiochip0', 17, 'gpio-keys')
  const busy = {
    code: 'busy',
    message: 'line GPIO17 is in use by gpio-keys',
    hint: /gpioinfo/,
    remedy: 'retry'
  }
  await t.rejects(pins.input('GPIO17'), busy)
  await t.rejects(pins.output('GPIO17', 0), busy)
  kernel.claim('/dev/gpiochip0', 17, '')
  await t.rejects(pins.input('GPIO17'), { message: 'line GPIO17 is in use by the kernel or another program' })
  kernel.claim('/dev/gpiochip0', 17, undefined)
  await pins.input('GPIO17')
  await t.rejects(pins.input('GPIO17'), { message: 'line GPIO17 is in use by kith' })
  t.equal(kernel.descriptors, 1)
})

t.test('what cannot be had is reported with a hint', async (t) => {
  for (const [errno, code, hint] of [
    ['EACCES', 'not-permitted', /usermod.*--device/],
    ['EPERM', 'not-permitted', /gpio/],
    ['ENODEV', 'no-such-line', /plug/],
    ['EINVAL', 'unsupported', /bias/]
  ] as const) {
    const { kernel, pins } = bench()
    kernel.errors.set('request', errno)
    await t.rejects(pins.input('GPIO17'), { code, message: /GPIO17/, hint }, errno)
    t.equal(kernel.descriptors, 0)
  }
  const { kernel, pins } = bench()
  for (const path of kernel.chips()) kernel.errors.set(`open ${path}`, 'EACCES')
  await t.rejects(pins.input('GPIO17'), { code: 'not-permitted' })
  kernel.errors.delete('open /dev/gpiochip0')
  await pins.input('GPIO17')
  t.pass('a chip of somebody else hides no line of ours')
  const { errno } = Object.assign(failure(''), { errno: -16 })
  const nameless = bench()
  nameless.kernel.request = () => {
    throw Object.assign(new Error('addon'), { errno })
  }
  await t.rejects(nameless.pins.input('GPIO17'), { code: 'busy' }, 'the addon reports numbers')
})

t.test('a kernel before 5.10 has no second version of the interface', async (t) => {
  const { kernel, pins } = bench()
  kernel.lineInfo = () => {
    throw failure('EINVAL')
  }
  kernel.errors.set('request', 'EINVAL')
  await t.rejects(pins.input('GPIO17'), { code: 'unsupported', message: /GPIO17.*EINVAL/, hint: /5\.10/ })
  t.equal(kernel.descriptors, 0)
})

t.test('a chip that is pulled out ends the watch once, and comes back', async (t) => {
  const { kernel, pins } = bench()
  const line = await pins.input('GPIO17')
  const { errors } = watch(line)
  kernel.unplug('/dev/gpiochip0')
  t.match(errors, [{ code: 'no-such-line', message: 'the chip of line GPIO17 has gone' }])
  t.equal(kernel.line('/dev/gpiochip0', 17).ready, undefined)
  await t.rejects(line.read(), { code: 'no-such-line' })
  await line.close()
  await t.rejects(pins.input('GPIO18'), { code: 'no-such-line' })
  kernel.plug('/dev/gpiochip0', PI5.gpiochip0)
  t.ok(await pins.input('GPIO17'))
})

t.test('a closed line is not touched again: its descriptor may be another’s', async (t) => {
  const { kernel, pins } = bench()
  const line = await pins.input('GPIO17')
  watch(line)
  await line.close()
  await line.close()
  t.equal(kernel.descriptors, 0)
  await t.rejects(line.read(), { message: 'line GPIO17 is closed' })
  const output = await pins.output('GPIO17', 0)
  await pins.close()
  await t.rejects(output.write(1), { message: 'line GPIO17 is closed' })
  t.equal(kernel.descriptors, 0)
})

t.test('a process that ends by an error of its own sets its outputs as they began', async (t) => {
  const { kernel, wills, pins } = bench()
  const [pump, lamp, fridge] = [
    await pins.output('GPIO4', 0),
    await pins.output('GPIO5', 0),
    await pins.output('GPIO6', 1)
  ]
  for (const output of [pump, lamp]) await output.write(1)
  await fridge.write(0)
  await lamp.close()
  t.equal(wills.length, 1)
  for (const will of wills) will()
  const levels = [4, 5, 6].map((offset) => kernel.line('/dev/gpiochip0', offset).level)
  t.same(levels, [0, 1, 1], 'but not one that was given back')
  kernel.errors.set('set', 'ENODEV')
  t.doesNotThrow(() => wills[0]?.())
  await pins.close()
  t.same(wills, [])
})

t.test('whether an output outlives its owner is asked of the kernel', async (t) => {
  const rp1 = '/sys/module/pinctrl_rp1/parameters/persist_gpio_outputs'
  const bcm = '/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs'
  for (const [chips, path, text, expected] of [
    [PI5, rp1, 'Y\n', true],
    [PI5, rp1, 'N\n', false],
    [PI5, bcm, 'Y\n', undefined],
    [PI4, bcm, 'Y\n', true],
    [PI3, bcm, 'N\n', false]
  ] as const) {
    const { sysfs, pins } = bench(chips)
    sysfs.set(path, text)
    t.equal((await pins.output('GPIO17', 0)).persists, expected)
  }
})
