import { writeValue } from '../../../src/config/yaml/value.ts'
import type { ClockDefinition } from '../../../src/hal/clock-chip.ts'
import type { Measure, OptionDefinition, Options, SensorDefinition } from '../../../src/hal/sensor.ts'
import { durationUnits, formatAddress, formatUnits } from '../../../src/units.ts'

const HEAD = `# Devices

What kith measures with, made of the definitions in devices/ (a test holds this page to them). \`kith devices scan\`
looks what of it is there and writes the lines for kith.yaml; \`kith devices test\` reads what is configured once.

A sensor of kith.yaml has a \`type\` of this page, a \`name\`, and, where they are not as they are by default, a place
and \`options\`:

    sensors:
      - type: bme280
        name: air
        bus: i2c-1
        address: 0x76
        interval: 10s
        options:
          oversampling: 4

## Scanning

Asked are the addresses 0x08 to 0x77 of i2c-1, of the buses in kith.yaml, or of those that are named: with a write of no
bytes, or with a read at 0x30 to 0x37 and 0x50 to 0x5f, where chips take a write for one. The others are never asked:
0x00 is for all chips at once and resets some. Nothing is written to find out a type at 0x20 to 0x27 and 0x38 to 0x3f,
where it would set the pins of a port expander. An address that a driver of the kernel has is said to be so, and is
measured as a source of the kernel. A bus has one owner: while a node of this home measures, scan and test refuse.

How a chip is identified: by an identity that no other has; by registers that fit, which is not sure; or by its
address alone. What is not sure is proposed with the ways to distinguish.
`

const PARTS: readonly {
  readonly bus: SensorDefinition['bus']
  readonly title: string
  readonly about: string
}[] = [
  { bus: 'i2c', title: 'Chips on I2C', about: 'Placed by `bus` (i2c-1 unless given) and `address`.' },
  { bus: 'gpio', title: 'On lines of GPIO', about: 'Placed by `line`, as in GPIO17.' },
  {
    bus: 'sysfs',
    title: 'Sources of the kernel',
    about:
      'Sources with a Linux driver; configured by their options alone. Values have the units of the quantities.'
  },
  { bus: 'none', title: 'Others', about: 'Without a place.' }
]

const IDENTIFIED = { 1: 'by an identity', 2: 'by registers that fit', 3: 'by its address alone' } as const

/** The text of docs/devices.md: every device, by where it is, with everything that can be set. */
export function devicesPage(
  devices: readonly SensorDefinition[],
  clocks: readonly ClockDefinition[]
): string {
  const parts = PARTS.flatMap(({ bus, title, about }) => {
    const here = devices.filter((definition) => definition.bus === bus)
    return here.length === 0 ? [] : [`## ${title}\n\n${about}\n`, ...here.map(deviceText)]
  })
  return [HEAD, ...parts, ...(clocks.length === 0 ? [] : [clocksText(clocks)])].join('\n')
}

function deviceText(definition: SensorDefinition): string {
  const { type, title, datasheet, minimumInterval, options } = definition
  const facts = [
    ...('addresses' in definition ? [`address ${addressesText(definition.addresses)}`] : []),
    ...('identification' in definition && definition.identification !== undefined
      ? [`recognised ${IDENTIFIED[definition.identification.by]}`]
      : []),
    `read at most every ${formatUnits(minimumInterval, durationUnits)}`,
    ...(datasheet.id === 'none' ? [] : [`by ${datasheet.id}, ${datasheet.revision}`])
  ]
  const optionLines = Object.entries(options).map(
    ([name, option]) => `- \`${name}\`${valuesOf(option)} ${option.about}`
  )
  const lines = [`### ${type}`, '', `${title}: ${measuresText(definition)}; ${facts.join('; ')}.`, '']
  return [...lines, ...(optionLines.length === 0 ? [] : [...optionLines, ''])].join('\n')
}

/** They follow each other where there are many. */
function addressesText(addresses: readonly number[]): string {
  const [first, ...more] = addresses.map(formatAddress)
  return more.length > 3 ? `${first} to ${more.at(-1)}` : [first, ...more].join(', ')
}

/** With its options as they are by default. */
function measuresText({ measures, options }: SensorDefinition): string {
  const defaults = Object.entries(options).flatMap(([name, option]) =>
    option.default === undefined ? [] : [[name, option.default] as const]
  )
  const list: readonly Measure[] =
    typeof measures === 'function' ? measures(Object.fromEntries(defaults) satisfies Options) : measures
  const series = list.map(({ quantity, channel }) =>
    channel === undefined ? quantity : `${quantity}.${channel}`
  )
  return `measures ${series.join(', ') || 'as its options say'}`
}

/** ` (4; 1, 2, 4 or 8):` – what it is by default, and what it may be. */
function valuesOf(option: OptionDefinition): string {
  const initial = initialOf(option)
  const allowed = allowedOf(option)
  return ` (${allowed === undefined ? initial : `${initial}; ${allowed}`}):`
}

function initialOf(option: OptionDefinition): string {
  if (option.default === undefined) return 'needed'
  return option.kind === 'duration' ? formatUnits(option.default, durationUnits) : writeValue(option.default)
}

function allowedOf(option: OptionDefinition): string | undefined {
  if (option.kind === 'choice') return option.choices.join(', ')
  if (option.kind === 'number')
    return `${option.min} to ${option.max}${option.unit === undefined ? '' : ` ${option.unit}`}`
  if (option.kind !== 'duration') return undefined
  return `${formatUnits(option.min, durationUnits)} to ${formatUnits(option.max, durationUnits)}`
}

function clocksText(clocks: readonly ClockDefinition[]): string {
  const lines = clocks.map(
    ({ type, title, addresses, datasheet }) =>
      `- \`${type}\`: ${title}; address ${addressesText(addresses)}; by ${datasheet.id}, ${datasheet.revision}.`
  )
  return [
    '## Clocks',
    '',
    'With a battery, as a source of time: `type`, `bus` and `address` of `time.rtc`.',
    '',
    ...lines,
    ''
  ].join('\n')
}
