import { randomInt } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { ResponseOutgoingPacket, ResponsePacket } from 'multicast-dns'
import { hostPort } from './multiaddr-host.ts'

/**
 * The messages of discovery/mdns of the libp2p specs (docs/protocols.md section 3):
 *
 *     question    PTR  _p2p._udp.local
 *     answer      PTR  _p2p._udp.local           -> NAME._p2p._udp.local
 *     additional  SRV  NAME._p2p._udp.local      -> NAME.local, port
 *                 TXT  NAME._p2p._udp.local      -> "dnsaddr=/ip4/…/tcp/…/p2p/…", one string an address
 *                 A, AAAA  NAME.local            -> the hosts of the addresses
 *
 * SRV and A or AAAA are not of the spec: go-libp2p's resolver drops a name without them (libp2p/go-libp2p#2275).
 */
export const SERVICE = '_p2p._udp.local'

export const question = { name: SERVICE, type: 'PTR' } as const

/**
 * The same question with the bit that asks for unicast answers (RFC 6762 section 5.4), as a whole message: dns-packet
 * does not write the bit.
 */
export const UNICAST_QUESTION = Buffer.from(
  '000000000001000000000000045f703270045f756470056c6f63616c00000c8001',
  'hex'
)

/** Whether it asks for unicast answers. dns-packet reads the class IN with that bit as one it does not know. */
export function isUnicastQuestion({ class: read }: { readonly class?: string | undefined }): boolean {
  return read === `UNKNOWN_${0x8001}`
}

export type Answer = NonNullable<ResponsePacket['answers']>[number]

/** Seconds, as js-libp2p and go-libp2p have it. */
export const TTL = 120
/** Seconds for who asks without mDNS (RFC 6762 section 6.7). */
const TTL_ELSEWHERE = 10
/** Bytes of one string of a TXT record (RFC 1035 section 3.3.14). */
const MAX_STRING = 255
/** Bytes of strings in one TXT record: with the other records they fit one packet of Ethernet (RFC 6762 section 17). */
const TXT_BYTES = 1000
/** Addresses of one answer: more than an interface has. */
const MAX_ADDRESSES = 32
const PREFIX = 'dnsaddr='

/** A name for one socket: 32 random characters, so that it does not identify the node. */
export function randomName(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/**
 * The addresses of an answer as @libp2p/mdns makes it: the private and link-local ones, as the libp2p spec wants it.
 * @param all where the interface has none of these (IPv6 with global addresses alone), all that it has
 */
export function announcedAddresses(
  answers: readonly Answer[],
  all: readonly Multiaddr[]
): readonly Multiaddr[] {
  const strings = answers.flatMap((answer) => (answer.type === 'TXT' ? [answer.data].flat().map(String) : []))
  const announced = strings.map((text) => multiaddr(text.slice(PREFIX.length)))
  return announced.length > 0 ? announced : all
}

export interface Announcement {
  readonly answers: Answer[]
  readonly additionals: Answer[]
}

/**
 * The answer to a question that did not come from the port of mDNS: it repeats id and question, and is kept for a short
 * time (RFC 6762 section 6.7).
 */
export function answerElsewhere({ answers, additionals }: Announcement, id: number): ResponseOutgoingPacket {
  const brief = (answer: Answer): Answer => ('ttl' in answer ? { ...answer, ttl: TTL_ELSEWHERE } : answer)
  return {
    id,
    questions: [question],
    answers: answers.map(brief),
    additionals: additionals.map(brief)
  }
}

/**
 * @param addresses with the PeerId at their end; those longer than a string are left out
 * @returns undefined where there is nothing to announce
 */
export function announcement(name: string, addresses: readonly Multiaddr[]): Announcement | undefined {
  const announced = addresses
    .filter((address) => PREFIX.length + address.toString().length <= MAX_STRING)
    .slice(0, MAX_ADDRESSES)
  const places = announced.flatMap((address) => hostPort(address) ?? [])
  const port = places[0]?.port
  if (port === undefined) return undefined
  const instance = `${name}.${SERVICE}`
  const host = `${name}.local`
  const hosts = [...new Set(places.map((place) => place.host))]
  return {
    answers: [{ ...question, ttl: TTL, data: instance }],
    additionals: [
      { name: instance, type: 'SRV', ttl: TTL, data: { target: host, port, priority: 0, weight: 0 } },
      ...texts(announced).map((data): Answer => ({ name: instance, type: 'TXT', ttl: TTL, data })),
      ...hosts.map((data): Answer => ({ name: host, type: isIPv4(data) ? 'A' : 'AAAA', ttl: TTL, data }))
    ]
  }
}

/** The strings of each TXT record. A resolver that keeps only the last record of a name gets the first addresses. */
function texts(addresses: readonly Multiaddr[]): string[][] {
  const records: string[][] = [[]]
  let bytes = 0
  for (const address of addresses) {
    const text = PREFIX + address.toString()
    if (bytes > 0 && bytes + text.length + 1 > TXT_BYTES) {
      records.unshift([])
      bytes = 0
    }
    records[0]?.push(text)
    bytes += text.length + 1
  }
  return records
}

/** The parts of a ResponsePacket that are read. */
interface Message {
  readonly answers?: readonly Answer[] | undefined
  readonly additionals?: readonly Answer[] | undefined
}

/** A peer that an answer names; only a handshake shows who it is. */
export interface AnnouncedPeer {
  readonly id: PeerId
  /** Without the PeerId. */
  readonly addresses: Multiaddr[]
}

/**
 * The peers that an answer names, one for each name: TXT records may be answers or additional records, with one
 * string each or several. A peer has the PeerId of its first address; addresses of another PeerId are left out.
 * @param ownName whose records are skipped
 */
export function announcedPeers(
  { answers = [], additionals = [] }: Message,
  ownName: string
): AnnouncedPeer[] {
  const strings = new Map<string, string[]>()
  for (const record of [...answers, ...additionals]) {
    if (record.type !== 'TXT' || !record.name.endsWith(`.${SERVICE}`)) continue
    if (record.name === `${ownName}.${SERVICE}`) continue
    const known = strings.get(record.name) ?? []
    strings.set(record.name, [...known, ...[record.data].flat().map(String)])
  }
  return [...strings.values()].flatMap((list) => announcedPeer(list) ?? [])
}

function announcedPeer(strings: readonly string[]): AnnouncedPeer | undefined {
  const named = strings.flatMap((text) => addressOf(text) ?? [])
  const peer = named[0]?.peer
  if (peer === undefined) return undefined
  return {
    id: peer,
    addresses: named.flatMap((one) => (one.peer.equals(peer) ? [one.address] : []))
  }
}

/** @returns undefined for what is no address of a peer: any host may announce anything */
function addressOf(text: string): { peer: PeerId; address: Multiaddr } | undefined {
  if (!text.startsWith(PREFIX)) return undefined
  try {
    const whole = multiaddr(text.slice(PREFIX.length))
    const last = whole.getComponents().at(-1)
    if (last?.name !== 'p2p' || last.value === undefined) return undefined
    return { peer: peerIdFromString(last.value), address: whole.decapsulateCode(CODE_P2P) }
  } catch {
    return undefined
  }
}
