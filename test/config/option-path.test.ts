import t from 'tap'
import { formatPath, parsePath } from '../../src/config/option-path.ts'

t.test('paths are written and read', async (t) => {
  for (const [text, path] of [
    ['name', ['name']],
    ['history.age', ['history', 'age']],
    ['sensors[0].interval', ['sensors', 0, 'interval']],
    ['sensors[12].filters[3].clamp[1]', ['sensors', 12, 'filters', 3, 'clamp', 1]]
  ] as const) {
    t.equal(formatPath(path), text)
    t.strictSame(parsePath(text), path)
  }
})

t.test('no two paths look alike', async (t) => {
  t.equal(formatPath(['a.b']), '["a.b"]')
  t.equal(formatPath(['a', '[0]', 'x y']), 'a["[0]"]["x y"]')
})

t.test('what is no path is refused', async (t) => {
  for (const text of ['', '.', 'a.', '.a', 'a..b', '[0]', 'a[x]', 'a[-1]', 'a[99999]', 'a b', 'a[0']) {
    t.equal(parsePath(text), undefined, text)
  }
})
