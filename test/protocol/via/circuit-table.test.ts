import t from 'tap'
import { CircuitTable } from '../../../src/protocol/via/circuit-table.ts'

const FIVE_MINUTES = 300_000
const friend = { inBook: true, source: undefined }

t.test('the book takes every place, strangers a quarter, four of one address', async (t) => {
  const table = new CircuitTable({ circuits: 32, circuitsOfStrangers: 16, circuitsPerAddress: 4 })
  const stranger = (source: string) => table.take({ inBook: false, source }, 0)
  for (let i = 0; i < 4; i++) t.ok(stranger('192.168.1.2'))
  t.notOk(stranger('192.168.1.2'))
  for (let i = 0; i < 4; i++) t.ok(stranger('192.168.1.3'))
  t.notOk(stranger('192.168.1.4'), 'a quarter of 32')
  for (let i = 0; i < 24; i++) t.ok(table.take(friend, 0))
  t.notOk(table.take(friend, 0))
  t.equal(table.size, 32)
})

t.test('a full hop ends the circuit quiet for longest, once that is five minutes', async (t) => {
  const table = new CircuitTable({ circuits: 3, circuitsOfStrangers: 0, circuitsPerAddress: 1 })
  const ended: string[] = []
  const place = (name: string, usedAt: number, stands = true): void => {
    const taken = table.take(friend, usedAt)
    if (taken !== undefined && stands) taken.circuit = { end: () => ended.push(name), held: 0 }
  }
  place('does not stand', 0, false)
  place('early', 1)
  place('late', 2)
  t.notOk(table.take(friend, FIVE_MINUTES))
  t.ok(table.take(friend, 1 + FIVE_MINUTES))
  t.same(ended, ['early'])
  t.equal(table.size, 3)
  table.endAll(new Error('the node stops'))
  t.same(ended, ['early', 'late'])
})

t.test('a stranger ends no circuit of others: whom it names may not even be there', async (t) => {
  const table = new CircuitTable({ circuits: 4, circuitsOfStrangers: 1, circuitsPerAddress: 1 })
  const ended: number[] = []
  for (let i = 0; i < 4; i++) {
    const place = table.take(friend, 0)
    if (place !== undefined) place.circuit = { end: () => ended.push(i), held: 0 }
  }
  t.notOk(table.take({ inBook: false, source: '192.168.1.2' }, 2 * FIVE_MINUTES))
  t.same(ended, [])
})

t.test('a place given back is free', async (t) => {
  const table = new CircuitTable({ circuits: 1, circuitsOfStrangers: 0, circuitsPerAddress: 1 })
  const place = table.take(friend, 0)
  if (place !== undefined) table.give(place)
  t.ok(table.take(friend, 0))
})
