import { NodeError } from '../../error.ts'
import { NAME, PEER_ID } from '../../names.ts'
import { checkEntry } from './check-entry.ts'
import { MAX_RELAYS } from './entry.ts'

/** What a node tells of itself to whoever is to add it to a book (docs/protocols.md section 3, "Invites"). */
export interface Invite {
  readonly peer: string
  /** How it calls itself: a proposal. */
  readonly name: string | undefined
  readonly addresses: readonly string[]
  readonly relays: readonly string[]
}

/** docs/protocols.md section 3, "Invites". */
const MAX_INVITE = 320
const MAX_ADDRESSES = 8
const SCHEME = /^kith:/i
const FORM = /^kith:([1-9][0-9]{0,3})\/([^/?]+)(?:\?(.*))?$/i
const VERSION = '1'
/** RFC 3986 allows these in a query; the characters of multiaddrs and names that it does not are escaped. */
const ALLOWED = /%(?:2F|3A)/g

export function isInvite(text: string): boolean {
  return SCHEME.test(text.trim())
}

/** The text of an invite. What does not fit is left out: addresses and relays by turns, the last ones first. */
export function writeInvite({ peer, name, addresses, relays }: Invite): string {
  const fields = name === undefined || !NAME.test(name) ? [] : [`name=${name}`]
  const [at, over] = [addresses.slice(0, MAX_ADDRESSES), relays.slice(0, MAX_RELAYS)]
  for (let i = 0; i < MAX_ADDRESSES; i++) {
    const next = [field('at', at[i]), field('relay', over[i])]
    for (const one of next)
      if (one !== undefined && compose(peer, [...fields, one]).length <= MAX_INVITE) fields.push(one)
  }
  return compose(peer, fields)
}

/** @throws NodeError 'bad-invite', 'bad-multiaddr' */
export function readInvite(text: string): Invite {
  const invite = text.trim()
  if (invite.length > MAX_INVITE || !/^[!-~]*$/.test(invite))
    throw bad(`an invite has at most ${MAX_INVITE} characters, all of them of ASCII and visible`)
  const [, version, peer = '', query = ''] = FORM.exec(invite) ?? []
  if (version === undefined) throw bad('this is not an invite: it does not begin with kith:1/ and a PeerId')
  if (version !== VERSION)
    throw new NodeError('bad-invite', `this is an invite of version ${version}; known is ${VERSION}`, {
      hint: 'update kith, or add the peer by its PeerId'
    })
  if (!PEER_ID.test(peer)) throw bad('the invite names no PeerId')
  const fields = query === '' ? [] : query.split('&').map(readField)
  const all = (key: string): string[] => [
    ...new Set(fields.filter(([name]) => name === key).map(([, value]) => value))
  ]
  const [names, addresses, relays] = [all('name'), all('at'), all('relay')]
  if (names.length > 1) throw bad('the invite names itself twice')
  if (addresses.length > MAX_ADDRESSES) throw bad(`the invite has more than ${MAX_ADDRESSES} addresses`)
  if (addresses.some((address) => address.includes('/p2p-circuit')))
    throw bad('the invite has a relay for an address')
  const [name] = names
  if (name !== undefined && !NAME.test(name)) throw bad('the name in the invite is none')
  checkEntry({ name: name ?? 'unnamed', peer, purposes: [], addresses, relays, time: false })
  return { peer, name, addresses, relays }
}

function compose(peer: string, fields: readonly string[]): string {
  return `kith:${VERSION}/${peer}${fields.length === 0 ? '' : '?'}${fields.join('&')}`
}

function field(key: string, value: string | undefined): string | undefined {
  return value === undefined
    ? undefined
    : `${key}=${encodeURIComponent(value).replace(ALLOWED, decodeURIComponent)}`
}

/** Of unknown keys nothing is said: a later kith may add some. */
function readField(text: string): readonly [key: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw bad('a field of the invite has no value')
  try {
    return [text.slice(0, at), decodeURIComponent(text.slice(at + 1))]
  } catch (error) {
    throw bad('a field of the invite is wrongly escaped', error)
  }
}

function bad(message: string, cause?: unknown): NodeError {
  return new NodeError('bad-invite', message, {
    hint: {
      command: 'have its owner print it anew: kith id --qr',
      program: 'have its owner make it anew'
    },
    cause
  })
}
