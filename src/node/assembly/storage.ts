import { describeError } from '../../error.ts'
import { createSealer, type Sealer } from '../../reading/author-sealer.ts'
import { SqliteHistory } from '../../reading/history/sqlite-history.ts'
import type { History } from '../../reading/history.ts'
import { Journal } from '../../reading/journal.ts'
import { createSigner, type Signer } from '../../reading/seal.ts'
import { keepAnchors } from '../keep-anchors.ts'
import type { Part } from '../lifecycle.ts'
import { fileOf } from './assemble-init.ts'
import { protocolsOf } from './language.ts'
import type { On } from './layers.ts'

/** Where readings are held, ours and those of others, and the seal that ours get. */
export interface Storage {
  readonly signer: Signer
  readonly sealer: Sealer
  readonly history: History
  readonly journal: Journal
}

export function createStorage({
  init,
  language,
  society,
  timekeeper
}: On<'init' | 'language' | 'society' | 'timekeeper'>): Storage {
  const { config, world, log, identity } = init
  const { clock } = world
  const { keeper } = society
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
  keeper.recall(history.series())
  society.onMeta((sealed) => keepAnchors(history, keeper, sealed))
  const journal = new Journal({
    clock,
    log,
    history,
    keepsOf: (author) => keeper.keepsOf(author),
    limits: config.limits.journal,
    onConflict: ({ series, position, kind }) =>
      log.warn(`two nodes share the key of ${series}: the same ${kind} was used twice`, { position })
  })
  return { signer, sealer, history, journal }
}

/** Open from the beginning, as its series are needed; what it holds is written when all else has stopped. */
export function historyPart({ init: { log }, storage: { history } }: On<'init' | 'storage'>): Part {
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
