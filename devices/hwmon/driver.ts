import {
  KernelFiles,
  KernelSensor,
  type OpenContext,
  type Options,
  type Sensor,
  type Sysfs,
  SysfsFolder
} from '../../src/driver.ts'
import { type Channel, channelsOf, labelWord } from './channels.ts'
import { EXPONENTS, inUnit } from './convert.ts'
import { chips, VALUES } from './files.ts'

const HINT = 'add its place to the options, as in at: 1-0048; kith devices scan shows it'

export async function open(sysfs: Sysfs, options: Options, { clock, signal }: OpenContext): Promise<Sensor> {
  const [chip, at] = [String(options['chip']), String(options['at'])]
  const files = new KernelFiles(sysfs, clock, `hwmon chip ${chip}${at === '' ? '' : ` at ${at}`}`)
  const folder = new SysfsFolder(files, chips(at), chip, HINT)
  await folder.path(signal)
  const channels = channelsOf(String(options['channels']))
  return new KernelSensor(folder, channels, (...given) => read(files, ...given))
}

async function read(
  files: KernelFiles,
  folder: string,
  channel: Channel,
  signal: AbortSignal
): Promise<number> {
  const { kind } = channel
  const number = channel.number ?? (await labelled(files, folder, channel, signal))
  const broken = await files.textIfAny(`${folder}/${kind}${number}_fault`, signal)
  if (broken === '1') {
    const hint = 'check the wires of its sensor: the chip reports it open or shorted'
    throw files.error('garbage', `has no working sensor at ${kind}${number}`, hint)
  }
  const value = await valueFile(files, folder, channel, number)
  return inUnit(kind, await files.number(`${folder}/${value}`, signal, EXPONENTS[kind]))
}

/** The name of the value's file; the first candidate where none exists. */
async function valueFile(
  files: KernelFiles,
  folder: string,
  { kind }: Channel,
  number: string
): Promise<string> {
  const names = VALUES[kind].map((value) => `${kind}${number}_${value}`)
  if (names.length === 1) return names[0] ?? ''
  const there = await files.list(folder)
  return names.find((name) => there.includes(name)) ?? names[0] ?? ''
}

/** The number of the channel with the label. */
async function labelled(
  files: KernelFiles,
  folder: string,
  { kind, label }: Channel,
  signal: AbortSignal
): Promise<string> {
  const labels: string[] = []
  for (const name of await files.list(folder)) {
    const [, number] = new RegExp(`^${kind}(\\d+)_label$`).exec(name) ?? []
    if (number === undefined) continue
    const found = labelWord(await files.text(`${folder}/${name}`, signal))
    if (found === label) return number
    labels.push(found)
  }
  const hint = `its labels of that kind: ${labels.join(', ') || 'none'}`
  throw files.error('absent', `has no ${kind} that is labelled ${label}`, hint)
}
