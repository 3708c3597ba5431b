import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import type { LogFields } from '../../../src/log.ts'
import { entryLine } from '../../../src/node/log/entry-line.ts'

const line = (fields?: LogFields, msg = 'said'): string => entryLine({ level: 'warn', time: 5, fields, msg })

t.test('level, time, fields, message, in this order', async (t) => {
  t.equal(line(), '{"level":"warn","time":5,"msg":"said"}')
  t.equal(
    line({ peer: 'x', n: 1, no: undefined, at: new Date(0) }),
    '{"level":"warn","time":5,"peer":"x","n":1,"at":"1970-01-01T00:00:00.000Z","msg":"said"}'
  )
})

t.test('a field does not replace what the entry itself says', async (t) => {
  const read = JSON.parse(line({ level: 'info', time: 1, msg: 'another', a: 1 }))
  t.same(read, { level: 'warn', time: 5, a: 1, msg: 'said' })
})

t.test('what JSON has no form for', async (t) => {
  const fields = {
    small: 10n,
    large: 2n ** 70n,
    error: new Error('no route'),
    ours: new NodeError('x', 'no home', { hint: 'kith init' }),
    none: Number.NaN,
    call: () => 1
  }
  t.same(JSON.parse(line(fields)), {
    level: 'warn',
    time: 5,
    small: 10,
    large: '1180591620717411303424',
    error: 'no route',
    ours: 'no home. hint: kith init',
    none: null,
    msg: 'said'
  })
})

t.test('a field that cannot be written says why, and the others are written', async (t) => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const hostile = {
    toJSON() {
      throw new Error('mine')
    }
  }
  const { circle: shown, ...rest } = JSON.parse(line({ circle, hostile, peer: 'x' }))
  t.match(shown, /^not JSON: .*circular/)
  t.same(rest, { level: 'warn', time: 5, hostile: 'not JSON: mine', peer: 'x', msg: 'said' })
})

t.test('a list has a bound, and a line one end', async (t) => {
  const { list } = JSON.parse(line({ list: Array.from({ length: 1000 }, (_, i) => i) }))
  t.equal(list.length, 101)
  t.equal(list.at(-1), 'and 900 more')
  const hostile = line({ name: 'a\n\u009b\u2028' }, 'two\nlines\x1b')
  t.equal(hostile, '{"level":"warn","time":5,"name":"a\\n\\u009b\\u2028","msg":"two\\nlines\\u001b"}')
})
