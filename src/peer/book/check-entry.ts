import { isIPv4 } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { NodeError } from '../../error.ts'
import { NAME, PEER_ID } from '../../names.ts'
import { RESERVED_WHO } from '../access-words.ts'
import { type BookEntry, MAX_RELAYS, MAX_RIGHTS } from './entry.ts'
import { parseRight } from './rights.ts'

/** The most common form needs no parser, which takes long for a book of thousands. */
const PLAIN_ADDRESS = /^\/ip4\/([\d.]{7,15})\/tcp\/[1-9]\d{0,3}$/

/**
 * Refuses what could not be used, before it is in the file.
 * @throws NodeError 'bad-name', 'bad-peer', 'bad-multiaddr', 'bad-right'
 */
export function checkEntry({ name, peer, purposes, addresses, relays = [], may = [] }: BookEntry): void {
  checkName(name)
  if (!PEER_ID.test(peer))
    throw new NodeError('bad-peer', `"${peer}" is not a PeerId`, {
      hint: {
        command: 'kith id prints that of a node',
        program: 'it has 52 characters and begins with 12D3KooW'
      }
    })
  const purpose = purposes.find((word) => !NAME.test(word))
  if (purpose !== undefined)
    throw new NodeError('bad-name', `"${purpose}" cannot be a purpose`, {
      hint: 'use lower-case letters, digits and "-", at most 32; commas between several'
    })
  for (const address of addresses) checkAddress(address, peer)
  if (relays.length > MAX_RELAYS)
    throw new NodeError('bad-multiaddr', `${relays.length} relays are too many`, {
      hint: `keep the ${MAX_RELAYS} best`
    })
  for (const relay of relays) checkRelay(relay, peer)
  if (may.length > MAX_RIGHTS)
    throw new NodeError('bad-right', `${may.length} rights are too many`, {
      hint: `an entry has ${MAX_RIGHTS} at most; a word alone, as in read, is for everything`
    })
  for (const right of may) checkRight(right)
}

/** @throws NodeError 'bad-right' */
function checkRight(text: string): void {
  if (parseRight(text) !== undefined) return
  throw new NodeError('bad-right', `"${text}" is not a right`, {
    hint: 'write read, operate, configure or own; read and operate also for one thing: operate:heater, read:air'
  })
}

/** @throws NodeError 'bad-name' */
function checkName(name: string): void {
  if (NAME.test(name)) return
  throw new NodeError('bad-name', `"${name}" cannot be a name`, {
    hint: 'use lower-case letters, digits and "-", at most 32'
  })
}

/** A name that the book does not have yet; entries of older versions keep theirs. @throws NodeError 'bad-name' */
export function checkNewName(name: string): void {
  checkName(name)
  if (!RESERVED_WHO.includes(name)) return
  throw new NodeError('bad-name', `"${name}" has a meaning of its own in access: and names no peer`, {
    hint: `choose another, as ${name}-1`
  })
}

/** @throws NodeError 'bad-multiaddr' */
function checkAddress(address: string, peer: string): void {
  if (isIPv4(PLAIN_ADDRESS.exec(address)?.[1] ?? '')) return
  const components = componentsOf(address)
  if (components.length === 0)
    throw new NodeError('bad-multiaddr', `"${address}" is not a multiaddr`, {
      hint: 'write it as /ip4/192.168.1.20/tcp/4001'
    })
  const named = components.findLast(({ name }) => name === 'p2p')?.value
  const isOfAnother = named !== undefined && named !== peer && components.at(-1)?.name === 'p2p'
  if (isOfAnother)
    throw new NodeError('bad-multiaddr', `${address} is the address of another peer`, {
      hint: `it must end in /p2p/${peer}, or name no peer`
    })
}

/** Without the relay's PeerId anybody at that address would be taken for it. */
function checkRelay(relay: string, peer: string): void {
  const components = componentsOf(relay)
  const last = components.at(-1)
  const isRelay = last?.name === 'p2p' && PEER_ID.test(last.value ?? '') && last.value !== peer
  if (components.length < 2 || !isRelay || components.some(({ name }) => name === 'p2p-circuit'))
    throw new NodeError('bad-multiaddr', `"${relay}" is not a relay`, {
      hint: 'write it as /dns4/relay.example.org/tcp/4001/p2p/ and the PeerId of the relay'
    })
}

function componentsOf(text: string): { readonly name: string; readonly value?: string | undefined }[] {
  try {
    return multiaddr(text).getComponents()
  } catch {
    return []
  }
}
