import t from 'tap'
import { gapName, gapsOf } from '../../../src/protocol/replication/gaps.ts'
import type { HeldRun } from '../../../src/reading/history/history.ts'

const boot = '0011223344556677'
const heldRun = (epoch: number, ...ranges: [number, number][]): HeldRun => ({ run: { epoch, boot }, ranges })
const name = (held: HeldRun[]): string[] => gapsOf(held).map((gap) => gapName('s', gap))

t.test('between, before and behind, newest first', async (t) => {
  const held = [heldRun(2, [3, 4], [9, 9]), heldRun(1, [5, 7], [10, 10])]
  t.same(name(held), [`s 2.${boot}.5-8`, `s 2.${boot}.0-2`, `s 1.${boot}.11-`, `s 1.${boot}.8-9`])
})

t.test('what lies before the oldest that was ever held is no gap', async (t) => {
  t.same(name([heldRun(1, [500, 600])]), [])
  t.same(name([]), [])
  t.same(name([heldRun(1)]), [])
})
