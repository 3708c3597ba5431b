import t from 'tap'
import { jsonLine, sanitize } from '../../../src/node/log/sanitize.ts'

t.test('control characters of texts from other peers', async (t) => {
  t.equal(sanitize('a\x1b]0;x\x07b\u202ec\u2028d\ud800'), 'a\ufffd]0;x\ufffdb\ufffdc\ufffdd\ufffd')
  t.equal(sanitize('hällo °C 温'), 'hällo °C 温')
  t.equal(sanitize('x'.repeat(300)).length, 200)
  t.equal(jsonLine({ a: '\u009b\x1b\u2028' }), '{"a":"\\u009b\\u001b\\u2028"}')
  t.same(JSON.parse(jsonLine({ a: '\u009b\x7f°' })), { a: '\u009b\x7f°' })
})
