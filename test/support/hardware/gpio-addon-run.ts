import { systemClock } from '../../../src/clock.ts'
import { loadGpioKernel } from '../../../src/hal/linux/gpio/addon.ts'
import { CharacterPins } from '../../../src/hal/linux/gpio/character-pins.ts'
import { SimulatedSysfs } from '../../../src/hal/simulated/sysfs.ts'

/** Uses every call of the addon once, and prints the results; test/hal/linux/gpio/addon.test.ts runs it. */
const [path = ''] = process.argv.slice(2)
const kernel = { ...(await loadGpioKernel()), chips: () => [path] }
const pins = new CharacterPins({ clock: systemClock, sysfs: new SimulatedSysfs(), kernel })
const chip = kernel.open(path)
const reported: Record<string, unknown> = { chip: kernel.chipInfo(chip), line: kernel.lineInfo(chip, 5) }
const output = await pins.output('GPIO4', 1)
reported.levels = [await output.read(), await output.write(0), await output.read()]
reported.busy = await pins.input('GPIO5').catch((error: Error) => error.message)
// The event that waits is older than the watch of a line: it is read from the descriptor itself.
const line = kernel.request(chip, { offset: 17, flags: 4 | 16, level: 0, events: 1024, consumer: 'kith' })
const buffer = new Uint8Array(96)
const { promise: ready, resolve } = Promise.withResolvers<void>()
const cancel = kernel.watch(line, resolve)
const alive = setTimeout(() => {}, 5000)
await ready
clearTimeout(alive)
const bytes = kernel.read(line, buffer)
const view = new DataView(buffer.buffer)
reported.event = [bytes, view.getUint32(8, true), view.getUint32(12, true), view.getUint32(20, true)]
reported.young = Number(kernel.now() - view.getBigUint64(0, true)) < 10e9
reported.empty = kernel.read(line, buffer)
cancel()
cancel()
kernel.close(line)
await pins.close()
console.log(JSON.stringify(reported))
