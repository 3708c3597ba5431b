import { describeError } from '../../error.ts'
import { SqliteHistory } from '../../reading/history/sqlite/sqlite-history.ts'
import { ReadingHub } from '../../reading/hub/reading-hub.ts'
import { createSigner } from '../../reading/signed/seal.ts'
import { createSealer } from '../../reading/signed/sealer.ts'
import { MAX_PAYLOAD } from '../../reading/signed/senml.ts'
import type { Startable } from '../../startable.ts'
import { keepAnchors } from '../peers/keep-anchors.ts'
import { StoreBudget } from '../peers/store-budget.ts'
import { fileOf } from './assemble-init.ts'
import { autoBytes } from './auto-bytes.ts'
import type { Components, Storage } from './components.ts'
import { protocolsOf } from './protocols.ts'

/** limits.hub.bytes: `auto`. */
const HUB_BYTES = { share: 32, min: 8, max: 256 }
/** history.sealBytes: `auto`. */
const SEAL_BYTES = { share: 32, min: 8, max: 64 }

export function createStorage({
  init,
  protocols,
  peers,
  clients,
  timekeeper
}: Pick<Components, 'init' | 'protocols' | 'peers' | 'clients' | 'timekeeper'>): Storage {
  const { config, world, log, identity } = init
  const { clock } = world
  const { storePolicy } = peers
  const { authorShare, claimedShare, authorWrites } = config.limits.store
  const isClaimed = (author: string): boolean => storePolicy.reasonFor(author) !== 'book'
  const budget = new StoreBudget({ clock, log, bytesPerHour: authorWrites, isClaimed })
  const signer = createSigner(identity.seed)
  const sealer = createSealer(signer, protocols.quantities, clients.verifier)
  const history = new SqliteHistory({
    path: fileOf(init, 'history.sqlite') ?? ':memory:',
    clock,
    log,
    sealer,
    time: () => timekeeper.status(),
    topicOf: (quantity) => protocolsOf(protocols, quantity)[0],
    maxPayloadOf: (quantity) =>
      Math.min(MAX_PAYLOAD, ...protocols.registry.ofQuantity(quantity).map(({ maxPayload }) => maxPayload)),
    limits: { ...config.history, sealBytes: autoBytes(config.history.sealBytes, SEAL_BYTES) },
    shares: { author: authorShare, claimed: claimedShare, isClaimed },
    admits: (author, bytes) => budget.take(author, bytes),
    onSalvaged: () => {
      storePolicy.recall(history.series())
      return hub.recall()
    }
  })
  storePolicy.recall(history.series())
  peers.onCatalogue((sealed) => keepAnchors(history, storePolicy, sealed))
  const hub = new ReadingHub({
    clock,
    log,
    history,
    keepsOf: (author) => storePolicy.keepsOf(author),
    isProtected: (author) => peers.isProtected(author),
    limits: { ...config.limits.hub, bytes: autoBytes(config.limits.hub.bytes, HUB_BYTES) },
    onConflict: ({ series, position, kind }) =>
      log.warn(`two nodes share the key of ${series}: the same ${kind} was used twice`, { position })
  })
  return { signer, sealer, history, commands: history, hub, budget }
}

/** The history is open from the beginning; it is flushed and closed when all else has stopped. */
export function historyStartable({
  init: { log },
  storage: { history }
}: Pick<Components, 'init' | 'storage'>): Startable {
  return {
    name: 'history',
    stop() {
      try {
        history.close()
      } catch (error) {
        log.error(`closing the history: ${describeError(error)}`)
      }
    }
  }
}
