import t from 'tap'
import { type AccessFacts, decide, type Principal, readsAnything } from '../../../src/peer/access/decide.ts'
import type { BookEntry } from '../../../src/peer/book/book.ts'
import {
  askOf,
  bookName,
  type CallerKind,
  COLUMNS,
  checkDoor,
  configOf,
  PRIVATE,
  WORLDS
} from '../../support/access/access-matrix.ts'

const peerOf = (caller: CallerKind): string => `PeerId of ${caller.name}`

function entryOf(caller: CallerKind): BookEntry[] {
  const { book } = caller
  const base = { name: bookName(caller), peer: peerOf(caller), purposes: [], addresses: [], time: false }
  return book === undefined ? [] : [{ ...base, ...book }]
}

function principalOf(caller: CallerKind): Principal {
  const { kind, name } = caller
  if (kind === 'local') return { kind }
  if (kind === 'bridge') return { kind, name }
  return { kind: 'peer', caller: { peer: peerOf(caller), host: kind, direct: true } }
}

for (const world of WORLDS) {
  const { access, deny } = configOf(world, peerOf)
  const entries = world.callers.flatMap(entryOf)
  const facts: AccessFacts = {
    grants: access,
    denies: (peer) => deny.includes(peer),
    entriesOf: (peer) => entries.filter((entry) => entry.peer === peer),
    isName: (word) => entries.some(({ name }) => name === word),
    isNear: ({ host, direct }) => direct && host === 'near',
    isPrivate: (device) => device === PRIVATE
  }

  t.test(`${world.title}: the decision`, async (t) => {
    await checkDoor(t, world.callers, {
      columns: COLUMNS,
      tries(caller, column) {
        const { word, thing } = askOf(column)
        return decide(facts, principalOf(caller), word, thing).allowed
      }
    })
  })

  t.test(`${world.title}: the decision over a relay`, async (t) => {
    const peers = world.callers.filter(({ kind }) => kind === 'near' || kind === 'far')
    const callerOf = (caller: CallerKind) => ({ peer: peerOf(caller), host: undefined, direct: false })
    await checkDoor(t, peers, {
      columns: COLUMNS,
      overRelay: true,
      tries(caller, column) {
        const { word, thing } = askOf(column)
        return decide(facts, { kind: 'peer', caller: callerOf(caller) }, word, thing).allowed
      }
    })
    for (const caller of peers) {
      const readable = [...(caller.overRelay ?? caller.may)].slice(0, 3).includes('+')
      t.equal(readsAnything(facts, callerOf(caller)), readable, `${caller.name}: answered ${readable}`)
    }
  })
}
