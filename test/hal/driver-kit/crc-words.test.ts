import t from 'tap'
import type { I2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { crc8, crcWords, parseCrcWords } from '../../../src/hal/driver-kit/crc-words.ts'

const device: I2cDevice = {
  address: 0x44,
  label: 'sht3x at 0x44 on i2c-1',
  write: async () => {},
  read: async () => new Uint8Array(),
  writeRead: async () => new Uint8Array()
}
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

t.test('CRC-8: the examples of the datasheets', async (t) => {
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

t.test('every flipped bit changes the CRC-8', async (t) => {
  const bytes = Uint8Array.of(0xbe, 0xef, 0x92)
  for (let bit = 0; bit < 24; bit++) {
    const flipped = Uint8Array.from(bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    t.not(crc8(flipped, 0xff), 0, `bit ${bit}`)
  }
  t.equal(crc8(bytes, 0xff), 0, 'with its own checksum it is 0')
})

t.test('words and bytes', async (t) => {
  for (const [words, initial, hex, source] of [
    [[0xbeef], 0xff, 'beef92', 'SHT3x-DIS 4.12'],
    [[0x01f4, 0x6667, 0x5eb9], 0xff, '01f4336667a25eb93c', 'SCD4x, read_measurement'],
    [[0x683a], 0x00, '683a7c', 'HPC199, CRC example'],
    [[0x0000], 0xff, '000081', 'zeros are a word where the CRC begins with ff']
  ] as const) {
    t.equal(Buffer.from(crcWords(words, initial)).toString('hex'), hex, source)
    t.same(parseCrcWords(device, bytes(hex), initial), words, source)
  }
})

t.test('any wrong bit is noticed', async (t) => {
  for (let bit = 0; bit < 48; bit++) {
    const wrong = bytes('6667a25eb93c')
    wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    t.throws(() => parseCrcWords(device, wrong, 0xff), { code: 'bad-crc', message: device.label })
  }
})

t.test('a line that is stuck is no word, even where the CRC fits', async (t) => {
  for (const hex of ['000000', 'ffffff', '000000000000']) {
    t.throws(() => parseCrcWords(device, bytes(hex), 0x00), { code: 'stuck', message: device.label })
  }
})
