import { cpSync } from 'node:fs'
import { command } from '../command.ts'

/** Of the pin for 1-wire: GPIO4, as `dtoverlay=w1-gpio` of Raspberry Pi OS has it, and open drain. */
const LINE = ['4', '6']

/** The device tree of a Pi with a bus of 1-wire, which Debian's own does not have. */
export async function makeDeviceTree(original: string, target: string): Promise<void> {
  cpSync(original, target)
  const chip = await tool('fdtget', '-t', 'x', target, '/soc/gpio@7e200000', 'phandle')
  await tool('fdtput', '-c', target, '/onewire')
  await tool('fdtput', '-t', 's', target, '/onewire', 'compatible', 'w1-gpio')
  await tool('fdtput', '-t', 'x', target, '/onewire', 'gpios', chip.trim(), ...LINE)
}

function tool(name: string, ...words: string[]): Promise<string> {
  return command(name, words, { deadline: 10_000 })
}
