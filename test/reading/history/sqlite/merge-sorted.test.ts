import t from 'tap'
import { joined, mergeSorted } from '../../../../src/reading/history/sqlite/merge-sorted.ts'

const byNumber = (a: number, b: number): number => a - b

for (const [sources, merged] of [
  [[], []],
  [[[]], []],
  [[[], [1]], [1]],
  [
    [
      [1, 4, 5],
      [2, 3, 9]
    ],
    [1, 2, 3, 4, 5, 9]
  ],
  [
    [[1, 1], [1], [0, 2]],
    [0, 1, 1, 1, 2]
  ]
] as [number[][], number[]][]) {
  t.test(JSON.stringify(sources), async (t) => t.same([...mergeSorted(sources, byNumber)], merged))
}

t.test('of equals, the earlier source first; no further than asked', async (t) => {
  function* endless(name: string): Generator<{ name: string; n: number }> {
    for (let n = 0; ; n++) yield { name, n }
  }
  const merged = mergeSorted([endless('a'), endless('b')], (a, b) => a.n - b.n)
  t.same(
    merged
      .take(4)
      .map(({ name, n }) => name + n)
      .toArray(),
    ['a0', 'b0', 'a1', 'b1']
  )
})

t.test('ranges that touch or overlap are one', async (t) => {
  const ranges = [
    { from: 0, to: 4 },
    { from: 5, to: 9 },
    { from: 7, to: 8 },
    { from: 11, to: 11 },
    { from: 11, to: 12 }
  ]
  t.same(joined(ranges), [
    [0, 9],
    [11, 12]
  ])
  t.same(joined([]), [])
})
