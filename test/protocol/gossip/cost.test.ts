import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import t, { type Test } from 'tap'
import { createAnswerVerifier } from '../../../src/protocol/query/client/answer-verifier.ts'
import { seal } from '../../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { createSealer } from '../../../src/reading/signed/sealer.ts'
import { GossipNode } from '../../support/gossip-node.ts'
import { readingsOf, runOf, topic } from '../../support/history.ts'
import { encodePack } from '../../support/packs.ts'
import { allQuantities, readingOf, testSigner } from '../../support/readings.ts'
import { until } from '../../support/until.ts'

// What load does not change: how often a pack is hashed, and a signature checked, not how long it takes.

const author = testSigner(7)

/** Calls of the one-shot functions of node:crypto, from here to the end of the test. */
function counted(t: Test): { hash: number; verify: number } {
  const { hash, verify } = crypto
  const calls = { hash: 0, verify: 0 }
  crypto.hash = ((...args: Parameters<typeof hash>) => {
    calls.hash++
    return hash(...args)
  }) as typeof hash
  crypto.verify = ((...args: Parameters<typeof verify>) => {
    calls.verify++
    return verify(...args)
  }) as typeof verify
  syncBuiltinESMExports()
  t.teardown(() => {
    Object.assign(crypto, { hash, verify })
    syncBuiltinESMExports()
  })
  return calls
}

t.test('a pack that gossip brings is hashed for its id and for its seal, and verified once', async (t) => {
  const [a, b] = [await GossipNode.start(), await GossipNode.start()]
  t.teardown(async () => {
    await a.stop()
    await b.stop()
  })
  for (const node of [a, b]) node.gossip.subscribe(topic)
  await a.join(b, topic)
  const packs = Array.from({ length: 8 }, (_, seq) =>
    seal('pack', encodePack([readingOf(author.peer, { position: { ...runOf(5), seq } })]), author)
  )
  const calls = counted(t)
  for (const pack of packs) a.gossip.publish(topic, pack)
  await until(() => b.packs.length === packs.length)
  // The publisher hashes it for the id, too.
  t.same(calls, { hash: 3 * packs.length, verify: packs.length })
})

t.test('what was verified on one way costs a hash on another', async (t) => {
  const verifier = new SealVerifier()
  const sealer = createSealer(testSigner(1), allQuantities, verifier)
  const answers = createAnswerVerifier({ quantitiesOf: () => allQuantities }, verifier, 0)
  const theirs = createSealer(author, allQuantities)
  const blocks = [0, 256, 512].map(
    (from) => theirs.block(topic, readingsOf(author.peer, runOf(5), from, from + 255)).bytes
  )
  const calls = counted(t)
  for (const block of blocks) answers.readings('block', topic, block)
  t.same(calls, { hash: 3, verify: 3 }, 'an answer of history')
  for (const block of blocks) t.ok(sealer.isGenuine('block', block))
  t.same(calls, { hash: 6, verify: 3 }, 'served from our own history')
})

t.test('a block of ours is served without a check of its signature, and a damaged one is not', async (t) => {
  const ours = createSealer(author, allQuantities)
  const calls = counted(t)
  const { bytes } = ours.block(topic, readingsOf(author.peer, runOf(5), 0, 255))
  t.ok(ours.isGenuine('block', bytes))
  t.equal(calls.verify, 0)
  const damaged = Uint8Array.from(bytes)
  damaged[200] = (damaged[200] ?? 0) ^ 1
  t.notOk(ours.isGenuine('block', damaged))
  t.notOk(ours.isGenuine('pack', bytes), 'nor is it a pack')
  t.equal(calls.verify, 2)
})
