import t from 'tap'
import {
  isCalibrated,
  looksSkipped,
  parsePressureCalibration
} from '../../../../devices/family/bosch-280/compensation.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

t.test('the codes of a measurement that was not made', async (t) => {
  for (const [data, expected] of [
    ['800000800000', true],
    ['8000008000008000', true],
    ['800000655ac0', true],
    ['655ac080000f', true],
    ['655ac07eed008000', true],
    ['655ac07eed00', false],
    ['655ac07eed007530', false],
    ['810000655ac0', false],
    ['800100655ac0', false],
    ['800010655ac0', false],
    ['655ac0008000', false],
    ['655ac07eed008010', false]
  ] as const) {
    t.equal(looksSkipped(bytes(data)), expected, data)
  }
})

t.test('an empty memory is no calibration', async (t) => {
  const good = '706b436718fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017'
  t.ok(isCalibrated(parsePressureCalibration(bytes(good))))
  for (const [at, word] of [
    [0, '0000'],
    [0, 'ffff'],
    [12, '0000'],
    [12, 'ffff']
  ] as const) {
    const bad = good.slice(0, at) + word + good.slice(at + 4)
    t.notOk(isCalibrated(parsePressureCalibration(bytes(bad))), bad)
  }
})
