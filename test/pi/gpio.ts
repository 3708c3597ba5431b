import { type Check, type Lab, SOON } from './check.ts'
import { describeView } from './host.ts'
import type { Machine } from './machine.ts'
import { until } from './until.ts'

/** GPLEV0 (BCM2835 ARM Peripherals, 6.1, at the address of the BCM2837): the levels of lines 0 to 31. */
const LEVELS = 0x3f200034
/** The switch of kith.yaml. */
const PUMP = 27
/** How the kernel's sysfs numbers it: from the base of the chip, 512 since Linux 6.6. */
const SYSFS = 512 + PUMP

/** First over the character device; then without kith's addon, over sysfs by onoff. */
export const pins: readonly Check[] = [
  { name: 'a contact on GPIO17 is read over the character device', run: contact },
  { name: 'a switch on GPIO27 drives the line over the character device', run: byCharacterDevice },
  {
    name: 'kith is killed with the switch on: the kernel has the line, and kith, started again, is safe',
    run: killed
  },
  { name: 'kith stops in order and puts the switch into its safe state', run: stop },
  { name: 'a contact on GPIO17 is read over sysfs, by onoff, after a new start', run: restart },
  { name: 'a switch on GPIO27 drives the line over sysfs, by onoff', run: bySysfs },
  { name: 'kith is killed with the switch on over sysfs: the line stays on', run: killedOverSysfs }
]

/** QEMU's line is low and has no pull resistor: closed. */
async function contact({ host }: Lab): Promise<string> {
  return describeView(await host.receives('door/contact', ({ shown }) => shown === 'closed', SOON))
}

async function byCharacterDevice({ machine }: Lab): Promise<string> {
  await expectLevel(machine, 0)
  await machine.shell.run('kith switch pump on --timeout 2min', SOON)
  await expectLevel(machine, 1)
  const line = await machine.shell.run(`grep 'gpio-${SYSFS} ' /sys/kernel/debug/gpio`)
  if (!/kith.* out hi/.test(line)) throw new Error(`the kernel says: ${line}`)
  return `high in QEMU; the kernel says ${line.replace(/\s+/g, ' ')}`
}

const KILL = 'kill -9 $(pidof node); while pidof node; do sleep 1; done'
const START = 'setsid /etc/kith < /dev/null > /dev/null &'

/** Says what the kernel made of the line: another one may do something else. */
async function killed({ machine }: Lab): Promise<string> {
  await machine.shell.run('kith switch pump on --timeout 2min', SOON)
  await expectLevel(machine, 1)
  await machine.shell.run(KILL, SOON)
  // The process is gone for pidof before the kernel has closed its files.
  await until(SOON, 'that the line is released', async () => {
    const held = await machine.shell.run(`grep 'gpio-${SYSFS} .*kith' /sys/kernel/debug/gpio || true`)
    if (held !== '') throw new Error(held)
  })
  const pin = await machine.shell.run(`grep -h '(gpio${PUMP})' /sys/kernel/debug/pinctrl/*/pins`)
  await machine.shell.run(START)
  await until(SOON, 'the safe state', () => expectLevel(machine, 0))
  const log = await until(SOON, 'the log', async () => {
    const said = await machine.shell.run('kith switch log pump --timeout 2min', SOON)
    if (!/ on +on[\s\S]*start of the node +off/.test(said)) throw new Error(`the log says: ${said}`)
    return said
  })
  const what = pin.replace(/\s+/g, ' ')
  return `after kill -9 the kernel says ${what}; then 0; logged in ${log.split('\n').length - 1} rows`
}

async function killedOverSysfs({ machine }: Lab): Promise<string> {
  await machine.shell.run(KILL, SOON)
  const file = `/sys/class/gpio/gpio${SYSFS}`
  const said = await machine.shell.run(`cat ${file}/direction ${file}/value`)
  const after = await levelOf(machine)
  if (said !== 'out\n1' || after !== 1) throw new Error(`${file} is ${said}, ${after} in QEMU`)
  await machine.shell.run(START)
  await until(SOON, 'the safe state', () => expectLevel(machine, 0))
  return `after kill -9 ${file} was an output and 1; then 0`
}

async function stop({ machine }: Lab): Promise<string> {
  await machine.shell.run('kill $(pidof node); while pidof node; do sleep 1; done', SOON)
  await expectLevel(machine, 0)
  return 'low in QEMU'
}

async function restart(lab: Lab): Promise<string> {
  lab.host.forget()
  await lab.machine.shell.run(
    'mv /kith/native/build/linux-arm64/gpio.node /tmp/; setsid /etc/kith < /dev/null > /dev/null &'
  )
  return await contact(lab)
}

async function bySysfs({ machine }: Lab): Promise<string> {
  const file = `/sys/class/gpio/gpio${SYSFS}`
  // The contact may be heard of before the switch is made.
  await until(SOON, `an output at ${file}`, async () => {
    const before = await machine.shell.run(`cat ${file}/direction ${file}/value`)
    if (before !== 'out\n0') throw new Error(`${file} is ${before}`)
  })
  await machine.shell.run('kith switch pump on --timeout 2min', SOON)
  await expectLevel(machine, 1)
  return `${file} is an output, and high in QEMU`
}

async function levelOf({ qmp }: Machine): Promise<number> {
  return ((await qmp.register(LEVELS)) >>> PUMP) & 1
}

async function expectLevel(machine: Machine, wanted: 0 | 1): Promise<void> {
  const level = await levelOf(machine)
  if (level !== wanted) throw new Error(`GPIO${PUMP} is ${level} in QEMU`)
}
