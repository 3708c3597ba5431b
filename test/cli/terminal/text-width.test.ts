import t from 'tap'
import { cut, pad, textWidth } from '../../../src/cli/terminal/text-width.ts'

t.test('the width of a text', async (t) => {
  const rows: readonly (readonly [text: string, width: number])[] = [
    ['', 0],
    ['hall', 4],
    ['21.48 °C', 8],
    ['温度', 4],
    ['é', 1],
    ['🌡', 1],
    ['🔥', 2]
  ]
  for (const [text, width] of rows) t.equal(textWidth(text), width, text)
  t.equal(cut('greenhouse', 6), 'green…')
  t.equal(cut('温度計', 4), '温…', 'a wide character is not halved')
  t.equal(cut('hall', 4), 'hall')
  t.equal(cut('hall', 0), '')
  t.equal(pad('温', 4), '温  ')
  t.equal(pad('x', 3, 'right'), '  x')
  t.equal(pad('long', 2), 'long')
})
