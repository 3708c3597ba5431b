import type { SensorConfig } from '../../config/devices/sensors.ts'
import type { SensorDefinition } from '../../hal/sensor.ts'
import { formatAddress } from '../../units.ts'

/**
 * Where a sensor is, for people: `0x76 on i2c-1`, `GPIO17`; what the kernel has under a name, `lm75 temp1`.
 * @returns undefined where there is nothing but its type
 */
export function placeOf(sensor: SensorConfig, definition: SensorDefinition | undefined): string | undefined {
  if (sensor.address !== undefined) return `${formatAddress(sensor.address)} on ${sensor.bus}`
  const named = definition?.bus === 'sysfs' ? (definition.place ?? []) : []
  const words = named.map((option) => String(sensor.options[option] ?? ''))
  return sensor.line ?? (words.filter((word) => word !== '').join(' ') || undefined)
}
