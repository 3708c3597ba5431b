import t from 'tap'
import type { I2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { crcWords, parseCrcWords } from '../../../src/hal/driver-kit/crc-words.ts'

const device: I2cDevice = {
  address: 0x44,
  label: 'sht3x at 0x44 on i2c-1',
  write: async () => {},
  read: async () => new Uint8Array(),
  writeRead: async () => new Uint8Array()
}
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

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
