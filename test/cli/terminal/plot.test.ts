import t from 'tap'
import { plot, sparkline } from '../../../src/cli/terminal/plot.ts'

t.test('sparklines and curves', async (t) => {
  t.equal(sparkline([1, 2, 3, 4, 5, 6, 7, 8]), '▁▂▃▄▅▆▇█')
  t.equal(sparkline([5, 5]), '▄▄')
  const points = [
    { at: 0, value: 0, joined: false },
    { at: 1, value: 1, joined: true },
    { at: 9, value: 0, joined: false },
    { at: 10, value: 1, joined: true }
  ]
  const lines = plot(points, { width: 24, height: 2, label: (value) => value.toFixed(0), axis: String })
  t.equal(lines.length, 3)
  t.match(lines[0], /^1 ┤ ?\S{2} {8,}\S{2}$/, 'two rises with a gap between them')
  t.match(lines[1], /^0 ┤\S{1,2} {8,}\S{1,2}$/)
  const one = plot([{ at: 5, value: 7, joined: false }], {
    width: 24,
    height: 3,
    label: String,
    axis: String
  })
  t.match(one.join(''), /[\u2801-\u28ff]/, 'a single reading is a dot, and no number is divided by zero')
})
