/**
 * A stranger beside a node: by gossip it sends it a reading in the name of another author, under its own signature, and
 * then one of its own.
 */
import { randomBytes } from 'node:crypto'
import { RPC } from '@libp2p/gossipsub/message'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { multihashOfPeer } from '../../../src/reading/series.ts'
import { createSigner, type Signer, seal } from '../../../src/reading/signed/seal.ts'
import { encodePack } from '../packs.ts'

/** What a forger sends to whom. */
export interface ForgerOptions {
  /** Multiaddr of the node. */
  readonly target: string
  /** In whose name it forges. */
  readonly author: string
  /** The values, of its forgery and of its own reading: °C. */
  readonly forged: number
  readonly honest: number
}

const MESHSUB = '/meshsub/1.2.0'
const TOPIC = '/sensor/temp/v1'

const { target, author, forged, honest }: ForgerOptions = JSON.parse(process.argv[2] ?? '{}')
const libp2p = await createLibp2p({
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()]
})
await libp2p.handle(MESHSUB, (stream) => stream.resume())
const own = createSigner(randomBytes(32))
const kid = multihashOfPeer(author)
if (kid === undefined) throw new Error('the author has no PeerId')
const named: Signer = { peer: author, kid, sign: (message) => own.sign(message) }
const connection = await libp2p.dial(multiaddr(target))
const stream = await connection.newStream(MESHSUB)
const messages = [packBy(named, forged), packBy(own, honest)]
stream.send(
  prefixed(RPC.encode({ subscriptions: [], messages: messages.map((data) => ({ topic: TOPIC, data })) }))
)
process.on('disconnect', () => process.exit())
process.send?.({ peer: own.peer })

function packBy(signer: Signer, value: number): Uint8Array {
  const reading = {
    series: `${signer.peer}/air/temperature`,
    position: { epoch: Math.floor(Date.now() / 1000), boot: '0011223344556677', seq: 0 },
    time: Date.now() / 1000,
    quality: 0,
    mono: 1000,
    unit: 'Cel',
    interval: 1,
    value
  } as const
  return seal('pack', encodePack([reading]), signer)
}
