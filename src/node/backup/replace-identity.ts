import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../clock.ts'
import { ownQuantities } from '../../config/quantities.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { describeError } from '../../error.ts'
import type { SensorDefinition } from '../../hal/sensor.ts'
import { NAME } from '../../names.ts'
import type { BookEntry } from '../../peer/book/book.ts'
import { type Identity, writeNewKey } from '../../peer/identity/identity.ts'
import { KEY_FILE } from '../../peer/identity/key-file.ts'
import { EPOCH_FILE } from '../../reading/author/epoch.ts'
import { SqliteHistory } from '../../reading/history/sqlite/sqlite-history.ts'
import { quantityOf, quantityTable } from '../../reading/quantity.ts'
import { createSigner } from '../../reading/signed/seal.ts'
import { createSealer } from '../../reading/signed/sealer.ts'
import { MAX_PAYLOAD } from '../../reading/signed/senml.ts'
import { openBook } from '../peers/book-file.ts'
import type { StagedHome } from './restore-home.ts'

export interface ReplaceInit {
  readonly config: NodeConfig
  /** Drivers from outside that it names. */
  readonly devices: readonly SensorDefinition[]
  /** Takes what could not be taken over. */
  readonly warn: (message: string) => void
  /** Unix milliseconds. */
  readonly now: number
}

/**
 * Makes the home that of a new node in the place of the former: another key, and no run yet. The former node's history is
 * kept under its PeerId: what it had not signed is signed now, because its key is deleted; its PeerId gets a name in the book.
 */
export async function replaceIdentity({ folder, former }: StagedHome, init: ReplaceInit): Promise<Identity> {
  sealHistory(join(folder, 'history.sqlite'), former, init)
  await rm(join(folder, EPOCH_FILE), { force: true })
  const identity = await writeNewKey(join(folder, KEY_FILE))
  await nameFormer(folder, former.peer, init)
  return identity
}

function sealHistory(path: string, former: Identity, { config, devices, warn }: ReplaceInit): void {
  const quantities = quantityTable(...ownQuantities(config.quantities, devices).map(quantityOf))
  const history = new SqliteHistory({
    path,
    clock: systemClock,
    log: { debug() {}, info() {}, warn, error: warn },
    sealer: createSealer(createSigner(former.seed), quantities),
    // Nothing is deleted by its age while the time is unknown.
    time: () => ({ quality: 2, offset: 0 }),
    topicOf: () => undefined,
    maxPayloadOf: () => MAX_PAYLOAD,
    // None of others comes meanwhile.
    limits: { ...config.history, sealBytes: 0 }
  })
  try {
    const lost = history.sealRest()
    if (lost > 0)
      warn(`${lost} readings of quantities that this kith does not know are left out of the history`)
  } finally {
    history.close()
  }
}

/** A book that cannot be read stays as it is. */
async function nameFormer(folder: string, peer: string, { config, warn, now }: ReplaceInit): Promise<void> {
  const note = `replaced on ${new Date(now).toISOString().slice(0, 10)}`
  const name = `${config.name.slice(0, 25)}-before`
  const entry: BookEntry = { name, peer, purposes: [], addresses: [], time: false, added: 'typed', note }
  const home = { file: (file: string) => join(folder, file) }
  try {
    const book = await openBook({ home, readOnlyHome: undefined, config, refused: () => {} })
    if (NAME.test(name) && book.get(name) === undefined) await book.put(entry)
  } catch (error) {
    warn(`the book does not name the former node ${peer}: ${describeError(error)}`)
  }
}
