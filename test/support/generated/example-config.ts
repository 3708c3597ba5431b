import * as v from 'valibot'
import { factsOf } from '../../../src/config/options/kinds.ts'
import { entriesOf } from '../../../src/config/options/walk.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { writeValue } from '../../../src/config/yaml/value.ts'

const HEAD = `# yaml-language-server: $schema=./kith.schema.json

# The configuration of a kith node. Everything has a default: a line that begins with # and a name shows it.
# Take the # away to change it, then run \`kith config check\`.
# Durations have a unit: 250ms, 10s, 15min, 2h, 30d. So have sizes: 512B, 64KiB, 1MB.
# A variable of the environment goes before the file, KITH_HISTORY_AGE before history.age, and
# \`kith run --set history.age=7d\` before both; \`kith config show --all\` says where each value is from.
# With drivers named under devices, \`kith config schema\` prints a kith.schema.json that knows them.
`

const SENSORS = `#sensors:
#  - type: bme280            # \`kith devices --types\` lists all; \`kith devices scan\` proposes these lines
#    name: air               # its name in series: hall/air/temperature
#    bus: i2c-1
#    address: 0x76
#    interval: 10s
#    private: false          # true: not gossiped, only peers of the book may ask for it
#    filters:                # one key each, applied in this order
#      - median: 5
#      - offset: -0.4        # of the first quantity; "of: pressure" beside it means that one
`

const BUSES = `#buses:
#  - name: attic             # what sensors call it: bus: attic
#    type: tca9548a
#    bus: i2c-1              # the bus that the multiplexer is on
#    address: 0x70
#    channel: 3              # 0 to 7
`

const SWITCHES = `#switches:
#  - name: pump              # kith switch pump on
#    line: GPIO27            # or chip and offset: gpiochip0:27
#    active: high            # low for most relay boards
#    safe: off               # at start and stop, and when maxOn is over
#    maxOn: 10min
`

/**
 * The text of a commented configuration in which every option appears with its default, made of the
 * schema. Lines of options begin with `#` and no space or several, so that they differ from prose.
 */
export function exampleConfig({ name }: { readonly name: string }): string {
  const parts = Object.entries(entriesOf(configSchema([])) ?? {}).map(([key, schema]) => {
    const about = `# ${v.getDescription(schema)}\n`
    if (key === 'name') return `${about}name: ${writeValue(name)}\n`
    if (key === 'sensors') return about + SENSORS
    if (key === 'buses') return about + BUSES
    if (key === 'switches') return about + SWITCHES
    if (entriesOf(schema) === undefined) return `${about}#${assignment(key, schema)}\n`
    return `${about}${section(key, schema, '').join('\n')}\n`
  })
  return [HEAD, ...parts].join('\n')
}

function section(key: string, schema: v.GenericSchema, indent: string): string[] {
  const inner = `${indent}  `
  const lines = Object.entries(entriesOf(schema) ?? {}).flatMap(([name, option]) =>
    entriesOf(option) === undefined
      ? [commented(`#${inner}${assignment(name, option)}`, option)]
      : section(name, option, inner)
  )
  const head = `#${indent}${key}:`
  return [indent === '' ? head : commented(head, schema), ...lines]
}

function commented(line: string, schema: v.GenericSchema): string {
  return `${line.padEnd(34)} # ${v.getDescription(schema)}`
}

function assignment(key: string, schema: v.GenericSchema): string {
  const initial = v.getDefault(schema as v.OptionalSchema<v.GenericSchema, unknown>)
  const { format } = factsOf(schema)
  // Addresses are numbers with a form; what has a unit is text already.
  return `${key}: ${typeof initial === 'number' && format ? format(initial) : writeUnit(initial)}`
}

/** Durations and sizes are written as they are; YAML takes `10s` for text. */
function writeUnit(value: unknown): string {
  return typeof value === 'string' && /^\d+[a-zA-Z]+$/.test(value) ? value : writeValue(value)
}
