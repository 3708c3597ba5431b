import t from 'tap'
import { crc8 } from '../../../src/hal/driver-kit/crc8.ts'

t.test('the checksums of the datasheets', async (t) => {
  for (const [bytes, initial, crc, source] of [
    ['beef', 0xff, 0x92, 'Sensirion SHT3x-DIS, 4.12'],
    ['6667', 0xff, 0xa2, 'Sensirion SCD4x, 3.5.2'],
    ['5eb9', 0xff, 0x3c, 'Sensirion SCD4x, 3.5.2'],
    ['01f4', 0xff, 0x33, 'Sensirion SCD4x, 3.5.2'],
    ['dc', 0x00, 0x79, 'TE HTU21D, CRC example'],
    ['683a', 0x00, 0x7c, 'TE HTU21D, CRC example'],
    ['4e85', 0x00, 0x6b, 'TE HTU21D, CRC example'],
    ['', 0xff, 0xff, 'nothing leaves the initial value']
  ] as const) {
    t.equal(crc8(Buffer.from(bytes, 'hex'), initial), crc, source)
  }
})

t.test('every flipped bit changes it', async (t) => {
  const bytes = Uint8Array.of(0xbe, 0xef, 0x92)
  for (let bit = 0; bit < 24; bit++) {
    const flipped = Uint8Array.from(bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    t.not(crc8(flipped, 0xff), 0, `bit ${bit}`)
  }
  t.equal(crc8(bytes, 0xff), 0, 'with its own checksum it is 0')
})
