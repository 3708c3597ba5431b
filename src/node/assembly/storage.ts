import { describeError } from '../../error.ts'
import type { History } from '../../reading/history/history.ts'
import { SqliteHistory } from '../../reading/history/sqlite-history.ts'
import { ReadingHub } from '../../reading/hub/reading-hub.ts'
import { createSigner, type Signer } from '../../reading/signed/seal.ts'
import { createSealer, type Sealer } from '../../reading/signed/sealer.ts'
import type { Startable } from '../../startable.ts'
import { keepAnchors } from '../peers/keep-anchors.ts'
import { fileOf } from './assemble-init.ts'
import type { On } from './components.ts'
import { protocolsOf } from './protocols.ts'

/** Where readings are held, ours and those of others, and the seal that ours get. */
export interface Storage {
  readonly signer: Signer
  readonly sealer: Sealer
  readonly history: History
  readonly hub: ReadingHub
}

export function createStorage({
  init,
  language,
  society,
  timekeeper
}: On<'init' | 'language' | 'society' | 'timekeeper'>): Storage {
  const { config, world, log, identity } = init
  const { clock } = world
  const { storePolicy } = society
  const signer = createSigner(identity.seed)
  const sealer = createSealer(signer, language.quantities)
  const history = new SqliteHistory({
    path: fileOf(init, 'history.sqlite') ?? ':memory:',
    clock,
    log,
    sealer,
    time: () => timekeeper.belief(),
    topicOf: (quantity) => protocolsOf(language, quantity)[0],
    limits: config.history
  })
  storePolicy.recall(history.series())
  society.onCatalogue((sealed) => keepAnchors(history, storePolicy, sealed))
  const hub = new ReadingHub({
    clock,
    log,
    history,
    keepsOf: (author) => storePolicy.keepsOf(author),
    limits: config.limits.journal,
    onConflict: ({ series, position, kind }) =>
      log.warn(`two nodes share the key of ${series}: the same ${kind} was used twice`, { position })
  })
  return { signer, sealer, history, hub }
}

/** Open from the beginning, as its series are needed; what it holds is written when all else has stopped. */
export function historyPart({ init: { log }, storage: { history } }: On<'init' | 'storage'>): Startable {
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
