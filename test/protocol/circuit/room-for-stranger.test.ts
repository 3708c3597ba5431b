import t from 'tap'
import { hasRoomForStranger } from '../../../src/protocol/circuit/room-for-stranger.ts'

const bounds = { all: 4, perAddress: 2 }
const at = (...sources: (string | undefined)[]) => sources.map((source) => ({ source }))

for (const [what, strangers, source, has] of [
  ['nobody is there', at(), 'a', true],
  ['one more of an address', at('a', 'b', 'b'), 'a', true],
  ['an address has its own', at('a', 'a'), 'a', false],
  ['another one has not', at('a', 'a'), 'b', true],
  ['strangers have theirs', at('a', 'a', 'b', 'b'), 'c', false],
  ['in memory there is no address', at(undefined, undefined, undefined), undefined, true]
] as const)
  t.equal(hasRoomForStranger(strangers, { source }, bounds), has, what)
t.end()
