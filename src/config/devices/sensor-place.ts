import * as v from 'valibot'
import type { SensorDefinition } from '../../hal/sensor.ts'
import { NAME } from '../../names.ts'
import { formatAddress } from '../../units.ts'
import { didYouMean, option, showInput, withHint } from '../options/kinds.ts'

/** The buses of a machine: those of Linux. */
export const MACHINE_BUS = /^i2c-\d{1,4}$/

/** The name of a bus; whether it exists is checked by bus-clashes.ts. */
export function busName() {
  const form = 'an I2C bus as in i2c-1'
  const message = ({ input }: { readonly input: unknown }): string =>
    withHint(`${showInput(input)} is not ${form}`, didYouMean(machineBus(String(input))))
  return v.pipe(v.string(message), v.regex(NAME, message))
}

/** The name of a machine's bus, from `1`, `i2c1`, `I2C-1` or `/dev/i2c-1`; undefined for other text. */
export function machineBus(bus: string): string | undefined {
  const [, number] = /^(?:\/dev\/)?(?:i2c)?[-_ ]?(\d{1,4})$/i.exec(bus) ?? []
  return number === undefined ? undefined : `i2c-${number}`
}

/** A number in YAML, 0x76 or 118. */
export function chipAddress(type: string, addresses: readonly number[]) {
  const all = addresses.map(formatAddress)
  const known = all.length > 4 ? `${all[0]} to ${all.at(-1)}` : all.join(' or ')
  return v.pipe(
    v.picklist(addresses, (issue) =>
      typeof issue.input === 'number'
        ? withHint(
            `${formatAddress(issue.input)} is not an address of ${type}`,
            didYouMean(asHexadecimal(issue.input, addresses)) ?? `it answers at ${known}`
          )
        : withHint(`${showInput(issue.input)} is not an address`, `write ${known}, without quotes`)
    ),
    v.metadata({ range: known, format: formatAddress })
  )
}

/** The address whose digits were written without 0x: 48 for 0x48. */
function asHexadecimal(input: number, addresses: readonly number[]): string | undefined {
  const address = Number.parseInt(String(input), 16)
  return addresses.includes(address) ? formatAddress(address) : undefined
}

/** Where a device is, by its kind of bus. */
export function placeEntries(definition: SensorDefinition): v.ObjectEntries {
  if (definition.bus === 'i2c') {
    const [first = 0] = definition.addresses
    return {
      bus: option(busName(), 'i2c-1', 'The bus it is on: of the machine, or named under buses.'),
      address: option(chipAddress(definition.type, definition.addresses), first, 'Its address.')
    }
  }
  if (definition.bus === 'gpio')
    return { line: v.pipe(lineName(), v.description('A line of the device tree or chip:offset.')) }
  return {}
}

/** `GPIO17`, `gpiochip0:17` */
export function lineName() {
  const form = 'a line as in GPIO17 or gpiochip0:17'
  return v.pipe(
    v.string((issue) =>
      withHint(
        `${showInput(issue.input)} is not ${form}`,
        typeof issue.input === 'number' ? didYouMean(`GPIO${issue.input}`) : undefined
      )
    ),
    v.regex(/^[\w.@-]{1,64}(:\d{1,4})?$/, (issue) => `${showInput(issue.input)} is not ${form}`)
  )
}
