import type { Test } from 'tap'
import { isNodeError } from '../../../src/error.ts'
import { ephemeralIdentity } from '../../../src/peer/identity/identity.ts'
import { type House, type HouseNode, houseFor } from '../scenario/house.ts'
import {
  type AccessWorld,
  bookName,
  type CallerKind,
  configOf,
  OUTPUTS,
  PRIVATE,
  PUBLIC
} from './access-matrix.ts'

export interface AccessHouse {
  readonly house: House
  /** The node that is asked. */
  readonly hall: HouseNode
  /** The callers that are peers, each a node of its own. */
  readonly callers: ReadonlyMap<CallerKind, HouseNode>
}

export interface AccessHousePlan {
  /** More of the configuration of the node that is asked. */
  readonly config?: string
  /** Whether callers are linked with it: else the test finds another way. */
  readonly isLinked?: boolean
  readonly home?: boolean
}

/** The node of the matrix and its callers, in one virtual time. */
export async function accessHouse(
  t: Test,
  world: AccessWorld,
  { config = '', isLinked = true, home = false }: AccessHousePlan = {}
): Promise<AccessHouse> {
  const house = houseFor(t)
  const peers = world.callers.filter(({ kind }) => kind === 'near' || kind === 'far')
  const callers = new Map<CallerKind, HouseNode>()
  for (const [i, caller] of peers.entries()) {
    const identity = await ephemeralIdentity()
    if (caller.kind === 'far') house.links.hosts.set(identity.peer, `203.0.113.${i + 1}`)
    callers.set(caller, await house.start(bookName(caller), { identity, config: 'forward: off' }))
  }
  const { access, deny } = configOf(world, (caller) => callers.get(caller)?.peer ?? '')
  const hall = await house.start('hall', {
    gauges: [PUBLIC],
    extra: [PRIVATE],
    home,
    config: [
      `  - { type: gauge, name: ${PRIVATE}, interval: 1s, private: true }`,
      'switches:',
      ...OUTPUTS.map((name, i) => `  - { name: ${name}, line: GPIO${20 + i} }`),
      `access: ${JSON.stringify(access)}`,
      `deny: ${JSON.stringify(deny)}`,
      config
    ].join('\n')
  })
  for (const [{ book }, node] of callers)
    if (book !== undefined) await hall.operations.bookPut({ name: node.name, who: node.peer, ...book })
  const isMeasured = (name: string): boolean =>
    hall.received.some(({ series }) => series === hall.series(name))
  await house.until(() => [PUBLIC, PRIVATE].every(isMeasured))
  if (isLinked) for (const node of callers.values()) await house.link(node, hall)
  return { house, hall, callers }
}

/** Whether the work is done rather than refused; what else fails is thrown. */
export async function isAllowed(house: House, work: Promise<unknown>): Promise<boolean> {
  try {
    await house.while(work)
    return true
  } catch (error) {
    if (isNodeError(error) && ['denied', 'no-such', 'datagram-refused'].includes(error.code)) return false
    throw error
  }
}
