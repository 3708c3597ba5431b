import type { Scenario } from '../scenario.ts'
import { guestNetwork } from './guest-network.ts'
import { loss } from './loss.ts'
import { middleReturns } from './middle-returns.ts'
import { partition } from './partition.ts'
import { renumbering } from './renumbering.ts'
import { twoLans } from './two-lans.ts'

export const scenarios: Readonly<Record<string, Scenario>> = {
  guests: guestNetwork,
  partition,
  loss,
  renumbering,
  lans: twoLans,
  returns: middleReturns
}
