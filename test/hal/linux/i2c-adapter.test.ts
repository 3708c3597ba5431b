import t from 'tap'
import { runWithFake, whyNoFake } from '../../support/hardware/run-with-fake.ts'

t.test('the calls of the addon are those of the kernel', { skip: whyNoFake('i2c') }, async (t) => {
  t.strictSame(runWithFake(t, 'i2c-dev.c', 'i2c-addon-run.ts', 'i2c-1'), {
    functions: { smbusQuick: true, smbusReadI2cBlock: true },
    written: 4,
    read: 'a1a2',
    block: 'a2a30000',
    byte: { 0: 0xa3 },
    quick: 0,
    refused: [
      'I2C_SLAVE -16',
      'I2C_SLAVE -16',
      'I2C_SMBUS -121',
      'I2C_SMBUS -121',
      'read -121',
      'write -121',
      'I2C_SMBUS -121'
    ],
    wrong: ['RangeError', 'RangeError', 'RangeError', 'RangeError', 'RangeError', 'TypeError', 'TypeError'],
    afterClose: 1
  })
})
