import t from 'tap'
import { defined } from '../src/defined.ts'

t.test('what is undefined is left out, what is null, false, 0 or empty stays', async (t) => {
  const given: { a: string | undefined; b: number | undefined; c: null; d: boolean; e: string } = {
    a: undefined,
    b: 0,
    c: null,
    d: false,
    e: ''
  }
  const exact: { a?: string; b?: number; c: null; d: boolean; e: string } = defined(given)
  t.strictSame(exact, { b: 0, c: null, d: false, e: '' })
  t.notOk('a' in exact)
})
