import t from 'tap'
import { KeyDecoder } from '../../../src/cli/terminal/keys.ts'

function keys(...parts: string[]): string[] {
  const decoder = new KeyDecoder()
  return [...parts.flatMap((part) => decoder.add(part)), ...decoder.flush()].map((key) =>
    'name' in key ? key.name : `'${key.text}`
  )
}

t.test('what terminals send', (t) => {
  t.same(keys('\x1b[A\x1bOB\x1b[H\x1b[4~\x1b[5~\x1b[6~'), [
    'up',
    'down',
    'home',
    'end',
    'page-up',
    'page-down'
  ])
  t.same(keys('\x1b[1;5A\x1b[6;3~'), ['up', 'page-down'], 'with modifiers')
  t.same(keys('aü°😀'), ["'a", "'ü", "'°", "'😀"])
  t.same(keys('\r\x7f\x03\x1a\x00\x01'), ['enter', 'backspace', 'interrupt', 'suspend'])
  t.same(keys('\x1b[15~\x1b[<0;1;1M\x1b[?1;2c'), [], 'unknown sequences are none')
  t.end()
})

t.test('a sequence in parts is one key, and a lone escape is the key', (t) => {
  t.same(keys('\x1b', '[', 'A'), ['up'])
  t.same(keys('\x1b[', '5', '~x'), ['page-up', "'x"])
  t.same(keys('\x1b'), ['escape'])
  t.same(keys('\x1b\x1b[B'), ['escape', 'down'])
  t.same(keys(`\x1b[${'1'.repeat(100)}`, 'A'), ["'A"], 'one without end is dropped')
  t.end()
})
