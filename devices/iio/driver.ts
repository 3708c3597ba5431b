import {
  KernelFiles,
  KernelSensor,
  type OpenContext,
  type Options,
  type Sensor,
  type Sysfs,
  SysfsFolder
} from '../../src/driver.ts'
import { type Channel, channelsOf, isEstimated } from './channels.ts'
import { EXPONENTS, processed } from './convert.ts'
import { devices, fileOf, type Part } from './files.ts'

const HINT = 'add its place to the options, as in at: 1-0076; kith devices scan shows it'

export async function open(sysfs: Sysfs, options: Options, { clock, signal }: OpenContext): Promise<Sensor> {
  const [device, at] = [String(options['device']), String(options['at'])]
  const files = new KernelFiles(sysfs, clock, `iio device ${device}${at === '' ? '' : ` at ${at}`}`)
  const folder = new SysfsFolder(files, devices(at), device, HINT)
  await folder.path(signal)
  const channels = channelsOf(String(options['channels']))
  const estimated = channels.find(({ word }) => isEstimated(device, word))
  if (estimated !== undefined) {
    const hint = `remove ${estimated.word} from its channels: there is no CO2 sensor in it`
    throw files.error('absent', 'measures no CO2: it estimates what there would be from other gases', hint)
  }
  return new KernelSensor(folder, channels, (...given) => read(files, ...given))
}

/** The processed value where the kernel's driver offers it, else the raw one with its offset and scale. */
async function read(
  files: KernelFiles,
  folder: string,
  { kind, word }: Channel,
  signal: AbortSignal
): Promise<number> {
  const names = await files.list(folder)
  const number = (name: string, exponent = 0): Promise<number> =>
    files.number(`${folder}/${name}`, signal, exponent)
  /** Of the channel, or of all its kind. */
  const common = (part: Part): string | undefined =>
    [fileOf(word, part), fileOf(kind, part)].find((name) => names.includes(name))
  const input = fileOf(word, 'input')
  if (names.includes(input)) return await number(input, EXPONENTS[kind])
  const raw = await number(fileOf(word, 'raw'))
  const [offset, scale] = [common('offset'), common('scale')]
  return processed(
    raw,
    offset === undefined ? 0 : await number(offset),
    scale === undefined ? 10 ** EXPONENTS[kind] : await number(scale, EXPONENTS[kind])
  )
}
