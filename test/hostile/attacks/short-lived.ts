import { systemClock } from '../../../src/clock.ts'
import type { Attack } from '../attack.ts'
import { again } from './network.ts'

/** Connections at a time, each with an identity of its own. */
const PARALLEL = 4
/** Milliseconds in which identify has run. */
const STAY = 300
/** Addresses that each identity names as its own. */
const ADDRESSES = 24

/** Identities that come once, name a third address as their own, and are gone. */
export const shortLived: Attack = {
  name: 'short-lived',
  async run(target, signal) {
    const announce = Array.from({ length: ADDRESSES }, (_, i) => `/ip4/${target.third}/tcp/${4001 + i}`)
    const stay = async (): Promise<void> => await systemClock.sleep(STAY)
    const counts = await Promise.all(
      Array.from({ length: PARALLEL }, () => again(target, signal, stay, { announce }))
    )
    return `${counts.reduce((sum, count) => sum + count)} identities`
  }
}
