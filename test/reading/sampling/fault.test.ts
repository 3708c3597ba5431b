import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { BusError } from '../../../src/hal/i2c.ts'
import { faultOf } from '../../../src/reading/sampling/fault.ts'

const rows: [unknown, string, string][] = [
  [new BusError('no-acknowledge', 'x at 0x76 on i2c-1'), 'no-acknowledge', 'x at 0x76 on i2c-1'],
  [new NodeError('bad-crc', 'a\nb\u001b[31m'), 'bad-crc', 'a b [31m'],
  [Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }), 'eio', 'EIO: i/o error'],
  [Object.assign(new Error('x'), { code: 'ERR_BAD_THING' }), 'err-bad-thing', 'x'],
  [Object.assign(new Error('x'), { code: 'nö' }), 'error', 'x'],
  [new TypeError(), 'error', 'TypeError'],
  ['a string', 'error', 'a string'],
  ['\n', 'error', 'no reason given']
]
for (const [error, code, text] of rows) {
  t.test(`${code}: ${text}`, async (t) => t.same(faultOf(error), { code, text }))
}

t.test('no longer than a pack carries', async (t) => {
  t.equal([...faultOf(new Error('😀'.repeat(300))).text].length, 200)
})
