import { type FileModelFactory, filesUnder } from '../../src/simulated.ts'

const DEVICES = '/sys/bus/w1/devices'
const ID = '28-0316a2798e2b'

/** A DS18B20 of 12 bits; alarms at 75 and 70 °C, as they come from the factory. */
export const model: FileModelFactory = ({ ambient }) => ({
  ...filesUnder(`${DEVICES}/${ID}`, {
    name: `${ID}\n`,
    features: '0\n',
    resolution: '12\n',
    w1_slave: () => slaveText(Math.round(Math.min(125, Math.max(-55, ambient.value('temperature'))) * 16))
  }),
  [`${DEVICES}/w1_bus_master1/w1_master_slave_count`]: '1\n'
})

/** @param sixteenths of a degree */
function slaveText(sixteenths: number): string {
  const scratchpad = [sixteenths & 0xff, (sixteenths >> 8) & 0xff, 0x4b, 0x46, 0x7f, 0xff, 0x10, 0x10]
  const crc = maximCrc(scratchpad)
  const bytes = [...scratchpad, crc].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const millidegrees = Math.trunc((sixteenths * 1000) / 16)
  return `${bytes} : crc=${bytes.slice(-2)} YES\n${bytes} t=${millidegrees}\n`
}

/** x^8 + x^5 + x^4 + 1, least significant bit first [Maxim application note 27]. */
function maximCrc(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1
  }
  return crc
}
