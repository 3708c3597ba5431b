import t from 'tap'
import { EVENT_BYTES, milliseconds, readEvents } from '../../../../src/hal/linux/gpio/event.ts'

/** Little-endian, by the declaration of struct gpio_v2_line_event. */
const ROWS: readonly (readonly [hex: string, level: 0 | 1, at: number, sequence: number])[] = [
  // 1 s, rising, line 17, first of all
  [`00ca9a3b00000000 01000000 11000000 01000000 01000000 ${'00'.repeat(24)}`, 1, 1000, 1],
  // 1.5 ms, falling, line 4, 2nd of the request and 3rd of the line
  [`60e3160000000000 02000000 04000000 02000000 03000000 ${'00'.repeat(24)}`, 0, 1.5, 3],
  // 10 years: beyond what a number holds to the nanosecond
  [`00005ec83f626004 01000000 00000000 ffffffff ffffffff ${'ff'.repeat(24)}`, 1, 315_360_000_000, 0xffffffff]
]
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

t.test('bytes of the kernel', async (t) => {
  for (const [hex, level, at, sequence] of ROWS) {
    t.equal(bytesOf(hex).length, EVENT_BYTES)
    t.same(readEvents(bytesOf(hex), 0), [{ level, at, sequence }])
    t.same(readEvents(bytesOf(hex), -250)[0]?.at, at - 250, 'our clock began later')
  }
  const all = ROWS.map(([hex]) => hex).join('')
  t.equal(readEvents(bytesOf(all), 0).length, 3)
  t.equal(milliseconds(1_234_567_891n), 1234.567, 'to the microsecond')
})

t.test('what is cut off is no event', async (t) => {
  const bytes = bytesOf(ROWS[0]?.[0] ?? '')
  for (let length = 0; length < EVENT_BYTES; length++) t.same(readEvents(bytes.subarray(0, length), 0), [])
})
