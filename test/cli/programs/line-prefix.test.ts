import t from 'tap'
import { LinePrefix } from '../../../src/cli/programs/line-prefix.ts'

function prefixed(...chunks: readonly (string | Buffer)[]): string[] {
  const lines: string[] = []
  const prefix = new LinePrefix('den: ', (line) => lines.push(line))
  for (const chunk of chunks) prefix.push(Buffer.from(chunk))
  prefix.end()
  return lines
}

t.test('each line has the prefix, however it is cut', async (t) => {
  t.same(prefixed('one\ntw', 'o\n', '\nlast'), ['den: one', 'den: two', 'den: ', 'den: last'])
  t.same(prefixed(), [])
  const euro = Buffer.from('3 €\n')
  for (let at = 0; at <= euro.length; at++)
    t.same(prefixed(euro.subarray(0, at), euro.subarray(at)), ['den: 3 €'])
})

t.test('a program cannot move the cursor, nor fill the memory with one line', async (t) => {
  t.same(prefixed('\u001b[2Jgone\n'), ['den: \ufffd[2Jgone'])
  const lines = prefixed(...Array.from({ length: 50 }, () => 'x'.repeat(100)))
  t.equal(lines.join('').replaceAll('den: ', '').length, 5000)
  t.ok(lines.every((line) => line.length <= 1005))
})
