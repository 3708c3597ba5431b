import t from 'tap'
import { kernelNumber } from '../../../src/hal/kernel/files.ts'

t.test('decimals are moved to the last bit', async (t) => {
  for (const [text, exponent, value] of [
    ['21500', -3, 21.5],
    ['-62', -3, -0.062],
    ['101.325000000', 3, 101_325],
    ['1.005', 3, 1005],
    ['+7', 0, 7],
    ['0.07', 2, 7]
  ] as const)
    t.equal(kernelNumber(text, exponent), value, text)
})

t.test('what is no decimal number', async (t) => {
  for (const text of ['', ' ', '-', '1.', '.5', '1e3', '0x10', 'NaN', 'Infinity', '1 2', '1,5', '１'])
    t.equal(kernelNumber(text), undefined, JSON.stringify(text))
})
