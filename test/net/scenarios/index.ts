import type { Scenario } from '../scenario.ts'
import { bridges } from './bridges.ts'
import { guestNetwork } from './guest-network.ts'
import { lateInterface } from './late-interface.ts'
import { loss } from './loss.ts'
import { middleReturns } from './middle-returns.ts'
import { nat } from './nat.ts'
import { partition } from './partition.ts'
import { powerLoss } from './power-loss.ts'
import { relay } from './relay.ts'
import { renumbering } from './renumbering.ts'
import { shortcut } from './shortcut.ts'
import { strangers } from './strangers.ts'
import { thirdParty } from './third-party.ts'
import { twenty, twentySlowly } from './twenty.ts'
import { twoLans } from './two-lans.ts'

export const scenarios: Readonly<Record<string, Scenario>> = {
  guests: guestNetwork,
  partition,
  loss,
  renumbering,
  late: lateInterface,
  lans: twoLans,
  returns: middleReturns,
  bridges,
  nat,
  third: thirdParty,
  shortcut,
  power: powerLoss,
  relay,
  strangers
}

/**
 * Run where they are named: `npm run test:net -- twenty`. 20 processes are more than two processors carry within the
 * deadlines each time.
 */
export const longScenarios: Readonly<Record<string, Scenario>> = { twenty, 'twenty-slowly': twentySlowly }
