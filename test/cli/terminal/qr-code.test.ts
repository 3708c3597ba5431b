import t from 'tap'
import { qrCode, qrLines } from '../../../src/cli/terminal/qr-code.ts'

const PEER = '12D3KooWNh8siemTZazPcGbdBgYq1BQQiCCBWQxPZiBYBZi2YMvC'

const HALL = `
fe2bf8 820a08 baa2e8 ba0ae8 ba5ae8 827208 feabf8 00a000 efae20 95d558 a73778 215d90 fed700
00c238 fea8b8 82e210 baaa98 ba5530 bad728 82fdd0 fef738`
  .trim()
  .split(/\s+/)

const PEER_ROWS = `
fe1033f8 823b1a08 baa1b2e8 ba6732e8 ba2022e8 821dfa08 feaaabf8 00f64000 efb48e20 e09bce48
caca6948 00845110 0780c738 5c47de70 0f024ed8 b8b56198 72999708 618aaf28 bfae24c8 44c57180
9b544f88 00d9f8a8 feaa3ac8 82c76890 bae86ff8 ba7df988 bae6a7c8 82f46190 fe909b38`
  .trim()
  .split(/\s+/)

/** Each row as hexadecimal digits, filled with light modules on the right. */
function rows(text: string): string[] {
  return qrCode(text).map((row) => {
    const bits = row.map((dark) => (dark ? '1' : '0')).join('')
    return (bits.match(/.{1,4}/g) ?? [])
      .map((four) => Number.parseInt(four.padEnd(4, '0'), 2).toString(16))
      .join('')
  })
}

// Made by python-qrcode 8 (level L, mask 0, byte mode), which shares nothing with this encoder.
t.test('codes are those of another encoder', async (t) => {
  t.same(rows('hall'), HALL)
  t.same(rows(PEER), PEER_ROWS)
})

t.test('the smallest version that holds the text', async (t) => {
  for (const [length, size] of [
    [0, 21],
    [17, 21],
    [18, 25],
    [32, 25],
    [53, 29],
    [78, 33],
    [79, 37],
    [106, 37]
  ] as const)
    t.equal(qrCode('x'.repeat(length)).length, size, `${length} bytes`)
  t.throws(() => qrCode('x'.repeat(107)), RangeError)
  t.equal(qrCode('é'.repeat(9)).length, 25, 'bytes count, not characters')
})

t.test('on a terminal: light around it, and two rows a line', async (t) => {
  const lines = qrLines('hall')
  t.equal(lines.length, 15)
  t.ok(lines.every((line) => [...line].length === 29))
  t.equal(lines[0], '█'.repeat(29))
  t.match(lines[2], /^████ ▄▄▄▄▄ █/, 'a finder pattern: dark, light, dark')
})
