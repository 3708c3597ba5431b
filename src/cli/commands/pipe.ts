import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import { defined } from '../../defined.ts'
import { isNodeError, NodeError } from '../../error.ts'
import type { ByteStreams } from '../command-line/command.ts'
import { defineCommand } from '../command-line/command.ts'

export const pipe = defineCommand({
  name: 'pipe',
  summary: 'join a stream with a peer to stdin and stdout',
  options: {},
  positionals: [
    { name: 'WHO', required: true, summary: 'a name, a PeerId or its tail, a multiaddr' },
    {
      name: 'PROTOCOL',
      required: true,
      many: true,
      summary: 'ProtocolNames, the newest first: the first that both speak is used'
    }
  ],
  example: 'kith pipe hall /doc/share/v2 /doc/share/v1 < notes.txt',
  async run({ positionals, timeout, signal, connect, bytes }) {
    const [who = '', ...protocols] = positionals
    // The identity of the home: a temporary node with a key of its own is in nobody's book.
    const { operations } = await connect({ own: true })
    const stream = await operations.pipe({ who, protocols, ...defined({ timeout }) }, signal)
    await join(stream.bytes, bytes(), who, signal)
  }
})

/**
 * Until both sides have ended.
 * @throws NodeError 'denied' where the stream is reset before the first byte, 'link-broken' later; the signal's reason
 */
async function join(
  stream: Duplex,
  { input, output }: ByteStreams,
  who: string,
  signal: AbortSignal
): Promise<void> {
  let received = false
  let ended = false
  stream.once('data', () => {
    received = true
  })
  stream.once('end', () => {
    ended = true
  })
  input.once('error', (error) => stream.destroy(error))
  input.pipe(stream)
  stream.pipe(output, { end: false })
  try {
    await finished(stream, { signal })
  } catch (error) {
    stream.destroy()
    signal.throwIfAborted()
    if (!isNodeError(error, 'link-broken') || ended) throw error
    if (received) throw new NodeError('link-broken', `${who} cut the stream off`, { cause: error })
    throw new NodeError('denied', `${who} refused the stream`, {
      hint: 'it answers its book only, unless it was started with kith serve --allow near; where it does, the connection broke: try again',
      cause: error
    })
  }
}
