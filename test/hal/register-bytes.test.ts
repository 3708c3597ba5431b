import t from 'tap'
import { hex, signed, view } from '../../src/hal/register-bytes.ts'

t.test('words of any width have their sign', async (t) => {
  for (const [word, bits, value] of [
    [0x7ff, 12, 2047],
    [0x800, 12, -2048],
    [0xfff, 12, -1],
    [0xf800, 12, -2048],
    [0x7fffff, 24, 8388607],
    [0x800000, 24, -8388608],
    [0xffffffff, 32, -1],
    [1, 1, -1]
  ] as const) {
    t.equal(signed(word, bits), value, `${hex(word, 4)} of ${bits} bits`)
  }
})

t.test('a view refuses to read beyond, and heeds where its bytes begin', async (t) => {
  const bytes = Uint8Array.of(0, 0x12, 0x34, 0xff).subarray(1, 3)
  t.equal(view(bytes).getUint16(0), 0x1234)
  t.equal(view(bytes).getUint16(0, true), 0x3412)
  t.throws(() => view(bytes).getUint16(1), { name: 'RangeError' })
})

t.test('hex has the width of the register', async (t) => {
  t.same([hex(0, 2), hex(0xa0, 4), hex(0x60a0, 4)], ['00', '00a0', '60a0'])
})
