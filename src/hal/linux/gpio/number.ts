import { type Hint, NodeError } from '../../../error.ts'
import type { Sysfs } from '../../sysfs.ts'
import { HEADERS, parseLine } from './headers.ts'

const FOLDER = '/sys/class/gpio'

/**
 * The number under which /sys/class/gpio knows a line: the base of its chip, which changes with kernel and
 * board (0, 399, 512 …), and its offset.
 * @param line `GPIO17`, or a chip's label or folder and the offset: `pinctrl-rp1:17`, `gpiochip512:17`
 * @throws NodeError 'no-such-line'
 */
export async function findGpioNumber(sysfs: Sysfs, line: string): Promise<number> {
  const { chip, offset } = parseLine(line)
  const chips = await readChips(sysfs)
  const found = chips.find(({ folder, label }) =>
    chip === undefined ? HEADERS.includes(label) : chip === label || chip === folder
  )
  if (offset === undefined || found === undefined || offset >= found.lines) {
    throw new NodeError('no-such-line', `there is no line ${line}`, { hint: hint(chips) })
  }
  return found.base + offset
}

interface Chip {
  readonly folder: string
  readonly label: string
  readonly base: number
  readonly lines: number
}

async function readChips(sysfs: Sysfs): Promise<Chip[]> {
  const folders = (await sysfs.list(FOLDER)).filter((name) => name.startsWith('gpiochip'))
  return await Promise.all(
    folders.map(async (folder) => {
      const read = async (file: string): Promise<string> =>
        (await sysfs.read(`${FOLDER}/${folder}/${file}`)).trim()
      return {
        folder,
        label: await read('label'),
        base: Number(await read('base')),
        lines: Number(await read('ngpio'))
      }
    })
  )
}

function hint(chips: readonly Chip[]): Hint {
  if (chips.length === 0)
    return {
      command: 'this machine has no /sys/class/gpio; --simulated needs none',
      program: 'this machine has no /sys/class/gpio; simulatedWorld() needs none'
    }
  const known = chips.map(({ label, lines }) => `${label}:0 to ${label}:${lines - 1}`)
  return `there are GPIO0, GPIO1 … on a Raspberry Pi, and ${known.join(', ')}`
}
