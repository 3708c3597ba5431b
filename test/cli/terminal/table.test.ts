import t from 'tap'
import { plain } from '../../../src/cli/terminal/ansi-style.ts'
import { table } from '../../../src/cli/terminal/table.ts'

t.test('a table fits the width', async (t) => {
  const columns = [{ title: 'NAME' }, { title: 'LESS', drop: 1 }, { title: 'OTHER', drop: 2 }] as const
  const rows = [[{ text: 'a very long name indeed' }, { text: 'b' }, { text: 'c' }]]
  const at = (width: number): string[] => table(columns, rows, { width, ansi: plain })
  t.same(at(Infinity), ['NAME                     LESS  OTHER', 'a very long name indeed  b     c'])
  t.same(at(30), ['NAME                     LESS', 'a very long name indeed  b'])
  t.same(at(25), ['NAME', 'a very long name indeed'])
  t.same(at(12), ['NAME', 'a very long…'])
  t.same(table(columns, [], { width: 40, ansi: plain, head: false }), [])
})
