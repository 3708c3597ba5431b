import { createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey, PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { hintOf, isNodeError, NodeError } from '../../error.ts'
import { unwritten, writeAtomic } from '../../write-atomic.ts'
import type { Home } from './home.ts'
import { MAKE_HOME, otherHome } from './home-hints.ts'
import { damagedKey, KEY_FILE, lostKey, readKeyFile } from './key-file.ts'

/** The identity of a node: an Ed25519 key, whose public half is the PeerId. */
export interface Identity {
  /** 52 characters of base58btc. */
  readonly peer: string
  readonly peerId: PeerId
  readonly privateKey: Ed25519PrivateKey
  /** 32 bytes: the secret itself. */
  readonly seed: Uint8Array
}

/** What reading an identity needs of a home. */
type HomeFiles = Pick<Home, 'path' | 'file'>

/** Files that only a node with an identity writes. */
const TRACES = ['epoch', 'history.sqlite', 'history.sqlite-wal']

/** 32 bytes of seed, 32 of public key (libp2p peer-ids spec, Ed25519). */
const SEED_BYTES = 32

/**
 * The identity of a home.
 * @throws NodeError 'no-identity' in a new home; 'identity-lost', 'identity-damaged', 'identity-exposed',
 *   'identity-foreign', 'identity-unreadable', all with remedy 'stop': a node never changes its identity in silence
 */
export async function loadIdentity(home: HomeFiles): Promise<Identity> {
  const bytes = await readKeyFile(home.file(KEY_FILE))
  if (bytes !== undefined) return identityOf(await readKey(bytes, home.file(KEY_FILE)))
  refuseLost(home)
  throw new NodeError('no-identity', `${home.path} has no identity yet`, {
    hint: MAKE_HOME
  })
}

/**
 * Gives a new home its identity; it is on disk when this resolves.
 * @throws NodeError 'identity-exists', 'identity-lost', 'identity-unwritten'
 */
export async function createIdentity(home: Home): Promise<Identity> {
  const path = home.file(KEY_FILE)
  if (existsSync(path))
    throw new NodeError('identity-exists', `${path} is there already; it is never replaced`)
  refuseLost(home)
  const identity = await writeNewKey(path)
  home.holdKey()
  return identity
}

/** Writes the key of another identity, over one that is there. @throws NodeError 'identity-unwritten' */
export async function writeNewKey(path: string): Promise<Identity> {
  const identity = await ephemeralIdentity()
  try {
    await writeAtomic(path, privateKeyToProtobuf(identity.privateKey), 0o600)
  } catch (cause) {
    const error = isNodeError(cause) ? cause : unwritten(path, cause)
    const hint = hintOf(error) ?? otherHome()
    throw new NodeError('identity-unwritten', error.message, { hint, remedy: 'stop', cause })
  }
  return identity
}

/** The identity of a home; a new home is given one. @throws as loadIdentity() and createIdentity() do */
export async function openIdentity(home: Home): Promise<Identity> {
  const bytes = await readKeyFile(home.file(KEY_FILE))
  return bytes === undefined ? createIdentity(home) : identityOf(await readKey(bytes, home.file(KEY_FILE)))
}

/** An identity for the life of this process. */
export async function ephemeralIdentity(): Promise<Identity> {
  return identityOf(await generateKeyPair('Ed25519'))
}

function identityOf(privateKey: Ed25519PrivateKey): Identity {
  const peerId = peerIdFromPrivateKey(privateKey)
  return { peer: peerId.toString(), peerId, privateKey, seed: privateKey.raw.slice(0, SEED_BYTES) }
}

/** The key of a file's bytes. Its two halves must belong together, which shows every flipped bit. */
async function readKey(bytes: Uint8Array, path: string): Promise<Ed25519PrivateKey> {
  const key = decodeKey(bytes, path)
  const isWhole = equalBytes(publicHalf(key.raw.subarray(0, SEED_BYTES)), key.raw.subarray(SEED_BYTES))
  if (!isWhole || !equalBytes(privateKeyToProtobuf(key), bytes))
    throw damagedKey(path, 'does not match itself')
  return key
}

/** An Ed25519 private key as PKCS #8, up to its 32 bytes (RFC 8410 section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** By Node: libp2p derives it in JavaScript, which takes 16 ms and memory at every start. */
function publicHalf(seed: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')
}

function decodeKey(bytes: Uint8Array, path: string): Ed25519PrivateKey {
  let key: ReturnType<typeof privateKeyFromProtobuf>
  try {
    key = privateKeyFromProtobuf(bytes)
  } catch (error) {
    throw damagedKey(path, `is not a key (${bytes.length} bytes)`, error)
  }
  if (key.type !== 'Ed25519') throw damagedKey(path, `is of the kind ${key.type}; kith needs Ed25519`)
  return key
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function refuseLost(home: HomeFiles): void {
  const trace = TRACES.find((name) => existsSync(home.file(name)))
  if (trace !== undefined) throw lostKey(home.file(KEY_FILE), trace)
}
