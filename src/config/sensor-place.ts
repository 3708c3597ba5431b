import * as v from 'valibot'
import type { SensorDefinition } from '../hal/sensor.ts'
import { didYouMean, option, showInput, text, withHint } from './option-kinds.ts'

/** `0x76` */
export function formatAddress(address: unknown): string {
  return `0x${Number(address).toString(16).padStart(2, '0')}`
}

/** A number in YAML, 0x76 or 118. */
function address({ type, addresses }: { type: string; addresses: readonly number[] }) {
  const known = addresses.map(formatAddress).join(' or ')
  return v.pipe(
    v.picklist(addresses, (issue) =>
      typeof issue.input === 'number'
        ? withHint(`${formatAddress(issue.input)} is not an address of ${type}`, `it answers at ${known}`)
        : withHint(`${showInput(issue.input)} is not an address`, `write ${known}, without quotes`)
    ),
    v.metadata({ range: known, format: formatAddress })
  )
}

/** Where a device is, by its kind of bus. */
export function placeEntries(definition: SensorDefinition): v.ObjectEntries {
  if (definition.bus === 'i2c') {
    const [first = 0] = definition.addresses
    return {
      bus: option(text(/^i2c-\d{1,4}$/, 'an I2C bus as in i2c-1'), 'i2c-1', 'The bus it is on.'),
      address: option(address(definition), first, 'Its address.')
    }
  }
  if (definition.bus === 'gpio')
    return { line: v.pipe(line(), v.description('A line of the device tree or chip:offset.')) }
  return {}
}

function line() {
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
