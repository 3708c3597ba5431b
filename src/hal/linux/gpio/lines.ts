import { NodeError } from '../../../error.ts'
import { systemCode } from '../system-code.ts'
import { HEADERS, parseLine } from './headers.ts'
import type { ChipInfo, GpioKernel } from './kernel.ts'
import { refused } from './refusal.ts'

/** A line of a chip that was found. */
export interface FoundLine {
  /** `/dev/gpiochip0` */
  readonly path: string
  readonly chip: ChipInfo
  readonly offset: number
}

interface Chip extends ChipInfo {
  readonly path: string
  /** Why it cannot be opened. */
  readonly error?: unknown
}

/**
 * Finds a line on every board and kernel: by its name in the device tree, `GPIO17`, or by its chip's name or
 * label and the offset, `gpiochip0:17`, `pinctrl-rp1:17`. Of lines with the same name, the header's is used;
 * where the kernel has no names, GPIOn is the header's line n.
 * @throws NodeError 'no-such-line', 'not-permitted'
 */
export function findLine(kernel: GpioKernel, line: string): FoundLine {
  const chips = readChips(kernel)
  const found = byName(kernel, chips, line) ?? byOffset(chips, line)
  if (found !== undefined) return found
  const closed = chips.find(({ error }) => error !== undefined)
  if (closed !== undefined) throw refused(line, closed.error)
  throw new NodeError('no-such-line', `there is no line ${line}`, { hint: hint(chips) })
}

/** Runs `work` with the opened chip. */
export function withChip<T>(kernel: GpioKernel, path: string, work: (chip: number) => T): T {
  const chip = kernel.open(path)
  try {
    return work(chip)
  } finally {
    kernel.close(chip)
  }
}

/** The header's chips first, without those that have gone since they were listed. */
function readChips(kernel: GpioKernel): Chip[] {
  const chips = kernel.chips().flatMap((path): Chip[] => {
    try {
      return [{ path, ...withChip(kernel, path, (chip) => kernel.chipInfo(chip)) }]
    } catch (error) {
      const code = systemCode(error)
      return code === 'ENOENT' || code === 'ENODEV' ? [] : [{ path, name: '', label: '', lines: 0, error }]
    }
  })
  return chips.sort((a, b) => Number(HEADERS.includes(b.label)) - Number(HEADERS.includes(a.label)))
}

function byName(kernel: GpioKernel, chips: readonly Chip[], line: string): FoundLine | undefined {
  for (const chip of chips.filter(({ lines }) => lines > 0)) {
    const offset = namesOf(kernel, chip).indexOf(line)
    // Most lines have an empty name.
    if (offset !== -1 && line !== '') return { path: chip.path, chip, offset }
  }
  return undefined
}

/** By offset; none where the chip has gone meanwhile, or the kernel is older than 5.10. */
function namesOf(kernel: GpioKernel, { path, lines }: Chip): string[] {
  try {
    return withChip(kernel, path, (chip) =>
      Array.from({ length: lines }, (_, offset) => kernel.lineInfo(chip, offset).name)
    )
  } catch {
    return []
  }
}

function byOffset(chips: readonly Chip[], line: string): FoundLine | undefined {
  const { chip: wanted, offset } = parseLine(line)
  const chip = chips.find(({ name, label }) =>
    wanted === undefined ? HEADERS.includes(label) : wanted === name || wanted === label
  )
  if (chip === undefined || offset === undefined || offset >= chip.lines) return undefined
  return { path: chip.path, chip, offset }
}

function hint(chips: readonly Chip[]): string {
  const known = chips.map(({ name, label, lines }) => `${name}:0 to ${name}:${lines - 1} (${label})`)
  return known.length === 0
    ? 'no chip could be opened; gpioinfo shows what there is'
    : `there are GPIO0, GPIO1 … on a Raspberry Pi, and ${known.join(', ')}; gpioinfo lists them all`
}
