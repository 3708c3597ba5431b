import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { Frames } from './codec.ts'
import { NONCE_BYTES, PAIR_PROTOCOL } from './constants.ts'
import { cpaceBegin, cpaceTags, isSameTag } from './cpace.ts'
import { PairRefused, PairStream } from './pair-stream.ts'
import { cpaceInput, dataOf, messageOf, partiesOf } from './parties.ts'

export interface ProveInit {
  readonly clock: Clock
  /** Milliseconds. */
  readonly deadline: number
  /** Our PeerId. */
  readonly self: string
  /** What we are called; a proposal for the other's book. */
  readonly name: string | undefined
  /** As readCode() gives it. */
  readonly code: string
  /** How the other side is shown in errors. */
  readonly who: string
  /** Takes what the other side proved; what it throws ends the pairing, which may be repeated. */
  readonly proved: (told: Proved) => Promise<void>
}

/** What the other side says that proved the code. */
export interface Proved {
  readonly peer: string
  /** What it calls itself. */
  readonly name: string | undefined
  /** What it grants us. */
  readonly may: readonly string[]
}

/**
 * Proves a code to the peer that has it open, and has that peer prove it.
 * @throws NodeError 'no-code' where it has none open; 'refused' where ours is wrong, used or expired; 'not-proved' where
 * the peer does not know the code; 'busy', 'deadline', 'link-broken', 'bad-frame'; what `proved` throws
 */
export async function proveCode(connection: Connection, init: ProveInit, signal: AbortSignal): Promise<void> {
  const { clock, deadline, who } = init
  const work = async (inner: AbortSignal): Promise<void> => {
    const frames = new PairStream(await open(connection, who, inner), clock, deadline)
    const abort = (): void => frames.abort(inner.reason)
    inner.addEventListener('abort', abort, { once: true })
    try {
      await exchange(frames, connection, init)
      frames.close()
    } catch (error) {
      const told = error instanceof PairRefused ? explained(error, who) : error
      frames.abort(told instanceof Error ? told : new Error(String(told)))
      throw told
    } finally {
      inner.removeEventListener('abort', abort)
    }
  }
  await withDeadline(clock, deadline, `pairing with ${who}`, work, signal)
}

async function exchange(frames: PairStream, connection: Connection, init: ProveInit): Promise<void> {
  const { code, name, self, who, proved } = init
  const nonce = randomBytes(NONCE_BYTES)
  await frames.send('nonce', { nonce })
  const nonces = { initiator: nonce, responder: (await frames.receive('nonce')).nonce }
  const parties = partiesOf(connection, self, 'initiator')
  const own = cpaceBegin(cpaceInput(code, parties, nonces), dataOf(parties.initiator, name))
  await frames.send('share', { share: own.sent.share, name })
  const theirs: Frames['share'] = await frames.receive('share')
  const tags = cpaceTags(own, messageOf(parties.responder, theirs), 'initiator')
  if (tags === undefined) throw notProved(who)
  await frames.send('proof', { tag: tags.initiator })
  const { tag, may } = await frames.receive('paired')
  if (!isSameTag(tags.responder, tag)) throw notProved(who)
  await proved({ peer: connection.remotePeer.toString(), name: theirs.name, may })
  await frames.send('done', { done: true })
}

async function open(
  connection: Connection,
  who: string,
  signal: AbortSignal
): Promise<Awaited<ReturnType<Connection['newStream']>>> {
  try {
    return await connection.newStream(PAIR_PROTOCOL, { signal, runOnLimitedConnection: true })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UnsupportedProtocolError') throw error
    throw new NodeError('no-code', `${who} has no code open`, {
      hint: {
        command: 'kith pair on its machine opens one; it is closed after five wrong tries',
        program: 'have one opened there; it is closed after five wrong tries'
      },
      remedy: 'retry',
      cause: error
    })
  }
}

function explained({ code, message }: PairRefused, who: string): NodeError {
  if (code === 'busy')
    return new NodeError('busy', `${who} cannot pair right now: ${message}`, {
      hint: 'try again in a few seconds',
      remedy: 'retry'
    })
  if (code === 'refused')
    return new NodeError('refused', `${who} does not take this code`, {
      hint: {
        command: 'look whether it is typed as it is shown; kith pair on its machine opens another',
        program: 'look whether it is typed as it is shown, or have another one opened there'
      }
    })
  return new NodeError('refused', `${who} does not pair: ${message}`)
}

function notProved(who: string): NodeError {
  return new NodeError('not-proved', `${who} does not know this code: it is not the node that shows it`, {
    hint: {
      command: 'name the one that is meant by its PeerId, which kith id prints on its machine',
      program: 'name the one that is meant by its PeerId'
    }
  })
}
