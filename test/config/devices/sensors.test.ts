import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { loadConfig } from '../../../src/config/load.ts'

const typeOf = (type: string): string => {
  try {
    loadConfig({ text: `sensors:\n  - type: ${type}\n    name: air\n`, devices })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return ''
}

t.test('a chip is found by the name on it, where a device reads several', async (t) => {
  for (const [chip = '', type = ''] of [
    ['ds18b20', 'w1'],
    ['DS18S20', 'w1'],
    ['SHT31', 'sht3x'],
    ['scd41', 'scd4x'],
    ['dht22', 'iio'],
    ['bme281', 'bme280']
  ])
    t.match(typeOf(chip), `did you mean ${type}?`, chip)
  // A word of several titles, and one of none.
  for (const word of ['temperature', 'toaster']) t.notMatch(typeOf(word), 'did you mean')
})
