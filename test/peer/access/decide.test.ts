import t from 'tap'
import { type AccessFacts, decide, type Principal, reasonsFor } from '../../../src/peer/access/decide.ts'
import type { Grant } from '../../../src/peer/access/grant.ts'
import type { BookEntry } from '../../../src/peer/book/book.ts'

const ANNA = `12D3KooW${'A'.repeat(44)}`
const heater = { kind: 'switch', name: 'heater' } as const
const air = { kind: 'series', name: 'air/temperature' } as const
const door = { kind: 'series', name: 'door/contact' } as const

function entry(name: string, more: Partial<BookEntry> = {}): BookEntry {
  return { name, peer: ANNA, purposes: [], addresses: [], time: false, ...more }
}

function facts(grants: readonly Grant[], book: readonly BookEntry[] = []): AccessFacts {
  return {
    grants,
    denies: () => false,
    entriesOf: (peer) => book.filter((one) => one.peer === peer),
    isName: (word) => book.some(({ name }) => name === word),
    isNear: ({ host }) => host === 'near',
    isPrivate: (device) => device === 'door'
  }
}

const far: Principal = { kind: 'peer', caller: { peer: ANNA, host: 'far', direct: true } }
const near: Principal = { kind: 'peer', caller: { peer: ANNA, host: 'near', direct: true } }

t.test('a PeerId in two entries has the rights of both', async (t) => {
  const book = [entry('anna', { may: ['operate:heater'] }), entry('anna-old', { may: ['configure'] })]
  t.strictSame(decide(facts([], book), far, 'operate', heater), { allowed: true, by: 'book: anna' })
  t.strictSame(decide(facts([], book), far, 'configure', { kind: 'node' }), {
    allowed: true,
    by: 'book: anna-old'
  })
  t.equal(decide(facts([], book), far, 'own', { kind: 'node' }).allowed, false)
})

t.test('a grant is for the name of the book as it is now, else for the purpose', async (t) => {
  const grants: Grant[] = [{ who: 'anna', may: ['operate'], by: 'kith.yaml:3' }]
  t.equal(decide(facts(grants, [entry('anna')]), far, 'operate', heater).by, 'kith.yaml:3')
  t.equal(decide(facts(grants, [entry('bert')]), far, 'operate', heater).allowed, false, 'renamed')
  t.equal(
    decide(facts(grants, [entry('bert', { purposes: ['anna'] })]), far, 'operate', heater).allowed,
    true
  )
  const both = [entry('bert', { purposes: ['anna'] }), { ...entry('anna'), peer: 'another' }]
  t.equal(decide(facts(grants, both), far, 'operate', heater).allowed, false, 'a name comes before a purpose')
})

t.test('near and anyone are given reading at most, never of what is private', async (t) => {
  for (const who of ['near', 'anyone']) {
    const given = facts([{ who, may: ['read', 'operate', 'own'] }])
    t.equal(decide(given, near, 'read', air).allowed, true)
    t.equal(decide(given, near, 'read', door).allowed, false)
    t.equal(decide(given, near, 'operate', heater).allowed, false)
    t.equal(decide(given, near, 'own', { kind: 'node' }).allowed, false)
  }
  t.equal(decide(facts([{ who: 'near', may: ['read'] }]), far, 'read', air).allowed, false)
})

t.test('a bridge has what is granted to its name and nothing else', async (t) => {
  const mqtt: Principal = { kind: 'bridge', name: 'mqtt' }
  const given = facts([
    { who: 'anyone', may: ['read'] },
    { who: 'mqtt', may: ['operate'], on: ['heater'] }
  ])
  t.equal(decide(given, mqtt, 'read', air).allowed, false)
  t.equal(decide(given, mqtt, 'operate', heater).allowed, true)
  t.equal(decide(given, { kind: 'bridge', name: 'http' }, 'operate', heater).allowed, false)
  const named = facts([{ who: 'mqtt', may: ['own'] }], [entry('mqtt')])
  t.equal(decide(named, far, 'operate', heater).allowed, false, 'nor is it for a peer of that name')
})

t.test('deny beats all, and all reasons are told', async (t) => {
  const book = [entry('anna', { may: ['own'] })]
  const given = facts([{ who: ANNA, may: ['own'], by: 'kith.yaml:2' }], book)
  t.strictSame(
    [...reasonsFor(given, near, 'read', air)],
    ['in the book', 'on the local network', 'book: anna', 'kith.yaml:2']
  )
  t.strictSame(decide({ ...given, denies: () => true }, near, 'read', air), { allowed: false, by: 'deny' })
  t.strictSame(decide(given, { kind: 'local' }, 'own', { kind: 'node' }), {
    allowed: true,
    by: 'this machine'
  })
})

t.test('a device means all of its series, a series itself alone', async (t) => {
  const given = (on: string): AccessFacts => facts([{ who: ANNA, may: ['read'], on: [on] }])
  t.equal(decide(given('air'), far, 'read', air).allowed, true)
  t.equal(decide(given('air/temperature'), far, 'read', air).allowed, true)
  t.equal(decide(given('air/humidity'), far, 'read', air).allowed, false)
  t.equal(decide(given('air'), far, 'read', { kind: 'series', name: 'air-2/temperature' }).allowed, false)
  t.equal(decide(given('air'), far, 'read', { kind: 'node' }).allowed, false, 'nor the node as a whole')
  t.equal(decide(given('door'), far, 'read', door).allowed, true, 'a private one that is granted by name')
})
