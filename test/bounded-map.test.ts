import t from 'tap'
import { BoundedMap } from '../src/bounded-map.ts'

t.test('the oldest key gives way', async (t) => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1).set('b', 2).set('c', 3)
  t.strictSame(
    [...map],
    [
      ['b', 2],
      ['c', 3]
    ]
  )
  t.equal(map.size, 2)
  t.notOk(map.has('a'))
  t.equal(map.get('a'), undefined)
})

t.test('setting and touching make a key the newest, reading and asking do not', async (t) => {
  const map = new BoundedMap<string, number>(3)
  map.set('a', 1).set('b', 2).set('c', 3)
  map.get('a')
  map.has('a')
  map.set('b', 4)
  t.strictSame([...map.keys()], ['a', 'c', 'b'])
  t.equal(map.touch('a'), 1)
  t.strictSame([...map.keys()], ['c', 'b', 'a'])
  t.equal(map.touch('d'), undefined)
  t.strictSame([...map.values()], [3, 4, 1])
})

t.test('a key whose value is undefined is held like any other', async (t) => {
  const map = new BoundedMap<string, undefined>(2)
  map.set('a', undefined).set('b', undefined)
  map.touch('a')
  t.strictSame([...map.keys()], ['b', 'a'])
})

t.test('deleting, clearing and a capacity of 0', async (t) => {
  const map = new BoundedMap<string, number>(2)
  t.notOk(map.set('a', 1).delete('b'))
  t.ok(map.delete('a'))
  map.set('b', 1).clear()
  t.equal(map.size, 0)
  t.equal(new BoundedMap<string, number>(0).set('a', 1).size, 0)
})
