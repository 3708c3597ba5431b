import type { Test } from 'tap'
import type { AccessEntry } from '../../../src/config/access.ts'
import type { Thing } from '../../../src/peer/access/access.ts'
import type { AccessWord } from '../../../src/peer/access-words.ts'

/**
 * Who may do what, once for every door: a test of a door sets up the node that is described here and the callers that
 * it can have, and hands checkDoor() a function that tries. A new door needs nothing else.
 */

/** The node: a public and a private sensor, two outputs, a protocol of an application. */
export const PUBLIC = 'air'
export const PRIVATE = 'door'
export const OUTPUTS: readonly string[] = ['heater', 'pump']
export const PROTOCOL = '/doc/notes/v1'

/** What is tried. */
export const COLUMNS = [
  'read air',
  'read door',
  'read heater',
  'use notes',
  'operate heater',
  'operate pump',
  'configure',
  'own'
] as const

export type Column = (typeof COLUMNS)[number]

/** A kind of caller. `far` comes from the Internet, `near` from the local network. */
export interface CallerKind {
  readonly name: string
  readonly kind: 'local' | 'bridge' | 'near' | 'far'
  /** Its entry in the book; none unless given. */
  readonly book?: { readonly may?: string[]; readonly purposes?: string[] }
  /** What kith.yaml grants to its PeerId, or to the bridge. */
  readonly granted?: Omit<AccessEntry, 'who' | 'by'>
  /** Whether kith.yaml denies its PeerId. */
  readonly denied?: boolean
  /** In the order of COLUMNS: `+` may, `-` may not. */
  readonly may: string
  /** The same over a relay, where nobody is near; as `may` unless given. */
  readonly overRelay?: string
}

export interface AccessWorld {
  readonly title: string
  /** Grants of kith.yaml to others than one caller. */
  readonly access: readonly AccessEntry[]
  readonly callers: readonly CallerKind[]
}

const everything = '++++++++'
const nothing = '--------'

/** Columns: read air, read door, read heater, use notes, operate heater, operate pump, configure, own. */
export const WORLDS: readonly AccessWorld[] = [
  {
    title: 'grants to peers',
    access: [
      { who: 'gardeners', may: ['operate'], on: ['pump'] },
      { who: 'renamed', may: ['own'] },
      { who: 'near', may: ['read'], on: [PUBLIC] }
    ],
    callers: [
      { name: 'this machine', kind: 'local', may: everything },
      { name: 'a peer of the book', kind: 'far', book: {}, may: '++++----' },
      { name: 'one near', kind: 'near', book: {}, may: '++++----' },
      { name: 'with read', kind: 'far', book: { may: ['read'] }, may: '++++----' },
      { name: 'with operate on one', kind: 'far', book: { may: ['operate:heater'] }, may: '+++++---' },
      { name: 'with operate', kind: 'far', book: { may: ['operate'] }, may: '++++++--' },
      { name: 'with configure', kind: 'far', book: { may: ['configure'] }, may: '++++--+-' },
      { name: 'with own', kind: 'far', book: { may: ['own'] }, may: everything },
      { name: 'with a purpose', kind: 'far', book: { purposes: ['gardeners'] }, may: '++++-+--' },
      { name: 'near stranger', kind: 'near', may: '+-++----', overRelay: nothing },
      { name: 'far stranger', kind: 'far', may: nothing },
      { name: 'PeerId with air', kind: 'far', granted: { may: ['read'], on: ['air'] }, may: '+-------' },
      {
        name: 'PeerId with a series',
        kind: 'far',
        granted: { may: ['read'], on: ['door/temperature'] },
        may: '-+------'
      },
      { name: 'PeerId with read', kind: 'far', granted: { may: ['read'] }, may: '++++----' },
      {
        name: 'near PeerId with the private one',
        kind: 'near',
        granted: { may: ['read'], on: ['door'] },
        may: '++++----',
        overRelay: '-+------'
      },
      { name: 'PeerId with notes', kind: 'far', granted: { may: ['read'], on: [PROTOCOL] }, may: '---+----' },
      { name: 'PeerId with operate', kind: 'far', granted: { may: ['operate'] }, may: '----++--' },
      { name: 'PeerId with configure', kind: 'far', granted: { may: ['configure'] }, may: '------+-' },
      { name: 'PeerId with own', kind: 'far', granted: { may: ['own'] }, may: everything },
      { name: 'denied owner', kind: 'far', book: { may: ['own'] }, denied: true, may: nothing },
      { name: 'denied near', kind: 'near', granted: { may: ['own'] }, denied: true, may: nothing },
      {
        name: 'mqtt',
        kind: 'bridge',
        granted: { may: ['read', 'operate'], on: ['air', 'heater'] },
        may: '+-+-+---'
      },
      { name: 'http', kind: 'bridge', may: nothing }
    ]
  },
  {
    title: 'anyone may read',
    access: [{ who: 'anyone', may: ['read'] }],
    callers: [
      { name: 'a peer of the book', kind: 'far', book: {}, may: '++++----' },
      { name: 'near stranger', kind: 'near', may: '+-++----', overRelay: '+-+-----' },
      { name: 'far stranger', kind: 'far', may: '+-+-----' },
      { name: 'denied stranger', kind: 'far', denied: true, may: nothing },
      { name: 'mqtt', kind: 'bridge', may: nothing }
    ]
  },
  {
    title: 'anyone may use notes',
    access: [{ who: 'anyone', may: ['read'], on: [PROTOCOL] }],
    callers: [
      { name: 'far stranger', kind: 'far', may: '---+----' },
      { name: 'denied stranger', kind: 'far', denied: true, may: nothing },
      { name: 'http', kind: 'bridge', may: nothing }
    ]
  }
]

/** The name of a caller in the book. */
export function bookName({ name }: CallerKind): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

/** `access:` and `deny:` of the node. @param peerOf the PeerId of a caller */
export function configOf(
  { access, callers }: AccessWorld,
  peerOf: (caller: CallerKind) => string
): { access: AccessEntry[]; deny: string[] } {
  const granted = callers.flatMap((caller): AccessEntry[] => {
    const who = caller.kind === 'bridge' ? caller.name : peerOf(caller)
    return caller.granted === undefined ? [] : [{ who, ...caller.granted }]
  })
  return {
    access: [...access, ...granted],
    deny: callers.filter(({ denied }) => denied === true).map(peerOf)
  }
}

/** The word and thing of a column. */
export function askOf(column: Column): { readonly word: AccessWord; readonly thing: Thing } {
  const [word = '', name = ''] = column.split(' ')
  if (word === 'use') return { word: 'read', thing: { kind: 'protocol', name: PROTOCOL } }
  if (word === 'operate') return { word, thing: { kind: 'switch', name } }
  if (word === 'configure' || word === 'own') return { word, thing: { kind: 'node' } }
  const quantity = OUTPUTS.includes(name) ? 'switch' : 'temperature'
  return { word: 'read', thing: { kind: 'series', name: `${name}/${quantity}` } }
}

export interface Door {
  /** What can be tried here. */
  readonly columns: readonly Column[]
  /** Whether callers come over a relay. */
  readonly overRelay?: boolean
  /** Whether it may, by what happens when it tries. */
  readonly tries: (caller: CallerKind, column: Column) => boolean | Promise<boolean>
}

/** Tries everything that a door offers, for each of the callers. */
export async function checkDoor(
  t: Test,
  callers: readonly CallerKind[],
  { columns, overRelay = false, tries }: Door
): Promise<void> {
  t.ok(callers.length > 0 && columns.length > 0, 'something is tried')
  for (const caller of callers) {
    const row = overRelay ? (caller.overRelay ?? caller.may) : caller.may
    if (row.length !== COLUMNS.length) throw new Error(`${caller.name} has ${row.length} columns`)
    for (const column of columns) {
      const expected = row[COLUMNS.indexOf(column)] === '+'
      t.equal(await tries(caller, column), expected, `${caller.name}: ${column}${expected ? '' : ' not'}`)
    }
  }
}
