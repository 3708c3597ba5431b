import { createHash } from 'node:crypto'
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

// Made in the same way: SHA-256 of the rows as above, joined by line ends, of the first characters of PEER repeated.
t.test('codes of several blocks, and with their version, are those of another encoder', async (t) => {
  for (const [length, version, hash] of [
    [107, 6, 'c694061649a8d03567ff92c787913de75d771ce29d35a64cf9f2a4daecff0ef5'],
    [134, 6, 'c90325e8db2630bec96d97b13f317dcb44cdaf25a6b3c3068f6924c5326b8790'],
    [135, 7, '167e862c7c9c92d60fa7ebc79ccac93c06d52e4054fdd27c2024b6914b928577'],
    [154, 7, '90421918c77ad7c9588124b677d0483b53cd5643f52c0c939aba5b9dda4b0ebf'],
    [155, 8, '11970ae99d1908aa09a127539a083a675893d85ab39fb9a2768d5627e8046564'],
    [192, 8, '2925283fcbfbc25dc37e42b172a71cbb83a8c44d1099084089da2ff8d9b3e605'],
    [193, 9, '7c4d51bc19b6b5282211b66d8caaf86d1d40a3aa2c5f3ccc2f8dd6faac6a7e5b'],
    [230, 9, '1b07c8b9b679cfbd1b8ff0c1120f372047cc3f5ddd0418f7f7f89fb2793d90a0'],
    [231, 10, 'c0c558c4946ce5a97772a3a06b19e6d577e4af3146220c0d442d03ce920ae463'],
    [271, 10, 'de5f48111e60b809970b25335013369926152aa35749cafad70a442dad5af063'],
    [272, 11, 'b26e5f1f2ae75e49ab53891e0864754a616ba1c7c796836f851ed796c9e125ea'],
    [321, 11, '7112063ca9fb5143ad3d3d93b89e72db06bac9fd618b60c2a2a611d5740e5fb7']
  ] as const) {
    const found = rows(PEER.repeat(7).slice(0, length))
    t.equal(found.length, 17 + 4 * version)
    t.equal(createHash('sha256').update(found.join('\n')).digest('hex'), hash, `${length} bytes`)
  }
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
    [106, 37],
    [107, 41],
    [321, 61]
  ] as const)
    t.equal(qrCode('x'.repeat(length)).length, size, `${length} bytes`)
  t.throws(() => qrCode('x'.repeat(322)), RangeError)
  t.equal(qrCode('é'.repeat(9)).length, 25, 'bytes count, not characters')
})

t.test('on a terminal: light around it, and two rows a line', async (t) => {
  const lines = qrLines('hall')
  t.equal(lines.length, 15)
  t.ok(lines.every((line) => [...line].length === 29))
  t.equal(lines[0], '█'.repeat(29))
  t.match(lines[2], /^████ ▄▄▄▄▄ █/, 'a finder pattern: dark, light, dark')
})
