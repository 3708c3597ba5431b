import type { BinaryValue, Gpio, ValueCallback } from 'onoff'
import t from 'tap'
import type { Edge } from '../../../../src/hal/gpio.ts'
import { SysfsPins } from '../../../../src/hal/linux/gpio/sysfs-pins.ts'
import { SimulatedSysfs } from '../../../../src/hal/simulated/sysfs.ts'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'

/** Stands for onoff's Gpio over one sysfs line. */
class FakeGpio {
  static opened: string[] = []
  static error: Error | undefined
  static last: FakeGpio
  value: BinaryValue = 0
  exported = true
  readonly listeners: ValueCallback[] = []

  constructor(number: number, direction: string, edge?: string) {
    if (FakeGpio.error !== undefined) throw FakeGpio.error
    FakeGpio.opened.push([number, direction, edge].filter((part) => part !== undefined).join(' '))
    if (direction === 'high') this.value = 1
    FakeGpio.last = this
  }

  async read(): Promise<BinaryValue> {
    return this.value
  }

  readSync(): BinaryValue {
    return this.value
  }

  writeSync(value: BinaryValue): void {
    this.value = value
  }

  async write(value: BinaryValue): Promise<void> {
    this.value = value
  }

  watch(listener: ValueCallback): void {
    this.listeners.push(listener)
  }

  unwatch(listener: ValueCallback): void {
    this.listeners.splice(this.listeners.indexOf(listener), 1)
  }

  unexport(): void {
    this.exported = false
  }

  edge(value: BinaryValue, error: Error | null = null): void {
    this.value = value
    for (const listener of this.listeners) listener(error, value)
  }
}

/** A Raspberry Pi 5 on a kernel whose numbers begin at 569 for the header's chip. */
function bench() {
  const clock = new VirtualClock()
  const sysfs = new SimulatedSysfs()
  for (const [folder, label, base, lines] of [
    ['gpiochip512', 'gpio-brcmstb@107d508500', 512, 32],
    ['gpiochip569', 'pinctrl-rp1', 569, 54]
  ] as const) {
    sysfs.set(`/sys/class/gpio/${folder}/label`, `${label}\n`)
    sysfs.set(`/sys/class/gpio/${folder}/base`, `${base}\n`)
    sysfs.set(`/sys/class/gpio/${folder}/ngpio`, `${lines}\n`)
  }
  sysfs.set('/sys/class/gpio/export', '')
  FakeGpio.opened = []
  FakeGpio.error = undefined
  const load = async () => ({ Gpio: FakeGpio as unknown as typeof Gpio })
  return { clock, sysfs, pins: new SysfsPins({ clock, sysfs, load }) }
}

t.test("the header's lines are found by the label of their chip", async (t) => {
  const { pins } = bench()
  await pins.input('GPIO17')
  await pins.input('pinctrl-rp1:4')
  await pins.output('gpiochip512:3', 1)
  await pins.output('GPIO5', 0)
  t.same(FakeGpio.opened, ['586 in both', '573 in both', '515 high', '574 low'])
})

t.test('a line that is not there is reported with those that are', async (t) => {
  const { pins } = bench()
  for (const line of ['GPIO54', 'GPIO', '17', 'pinctrl-bcm2711:1', 'gpiochip512:32', 'GPIO17x', '../x:1']) {
    await t.rejects(pins.input(line), { code: 'no-such-line', message: `there is no line ${line}` })
  }
  const none = new SysfsPins({ clock: new VirtualClock(), sysfs: new SimulatedSysfs() })
  await t.rejects(none.input('GPIO17'), { code: 'no-such-line' })
})

t.test('the edges asked for carry the time of the clock', async (t) => {
  const { clock, pins } = bench()
  const line = await pins.input('GPIO17', { edge: 'rising' })
  const [edges, errors]: [Edge[], Error[]] = [[], []]
  const cancel = line.watch(
    (edge) => edges.push(edge),
    (error) => errors.push(error)
  )
  await clock.advance(5)
  FakeGpio.last.edge(1)
  FakeGpio.last.edge(0)
  t.same(edges, [{ level: 1, at: 5 }])
  FakeGpio.last.edge(0, Object.assign(new Error('EIO'), { code: 'EIO' }))
  t.match(errors, [{ code: 'unsupported', message: 'line GPIO17 cannot be used this way (EIO)' }])
  t.equal(FakeGpio.last.listeners.length, 0, 'it is reported once')
  cancel()
})

t.test('lines are read, written, and given back', async (t) => {
  const { pins } = bench()
  const output = await pins.output('GPIO17', 1)
  t.equal(output.persists, true, 'an exported line keeps its level')
  t.equal(await output.read(), 1)
  await output.write(0)
  t.equal(await output.read(), 0)
  await t.rejects(pins.input('GPIO17'), { code: 'busy' })
  const gpio = FakeGpio.last
  await output.close()
  t.notOk(gpio.exported)
  await pins.input('GPIO17')
  await pins.close()
  t.notOk(FakeGpio.last.exported)
})

t.test('a process that ends by an error of its own sets its outputs as they began', async (t) => {
  const { clock, sysfs } = bench()
  const wills: (() => void)[] = []
  const atExit = (work: () => void): (() => void) => {
    wills.push(work)
    return () => wills.splice(0)
  }
  const load = async () => ({ Gpio: FakeGpio as unknown as typeof Gpio })
  const pins = new SysfsPins({ clock, sysfs, load, atExit })
  const output = await pins.output('GPIO17', 0)
  await output.write(1)
  for (const will of wills) will()
  t.equal(await output.read(), 0)
  const other = await pins.output('GPIO27', 1, 0)
  t.equal(await other.read(), 1)
  for (const will of wills) will()
  t.equal(await other.read(), 0, 'another level than at the start')
  await pins.close()
  t.same(wills, [])
})

t.test('what cannot be had is reported with a hint', async (t) => {
  const { pins } = bench()
  await t.rejects(pins.input('GPIO17', { bias: 'pull-up' }), { code: 'unsupported' })
  await t.rejects(pins.input('GPIO17', { numbered: true }), {
    code: 'unsupported',
    message: 'pulses on GPIO17 cannot be counted over /sys/class/gpio'
  })
  for (const [errno, code] of [
    ['EBUSY', 'busy'],
    ['EACCES', 'not-permitted'],
    ['EINVAL', 'unsupported']
  ] as const) {
    FakeGpio.error = Object.assign(new Error(errno), { code: errno })
    await t.rejects(pins.input('GPIO17'), { code, message: /GPIO17/ }, errno)
  }
})

t.test('a native package that is not built is reported with a hint', async (t) => {
  const { clock, sysfs } = bench()
  const load = async () => {
    throw new Error('Could not locate the bindings file')
  }
  await t.rejects(new SysfsPins({ clock, sysfs, load }).input('GPIO17'), {
    code: 'unsupported',
    message: 'GPIO17 cannot be used'
  })
})
