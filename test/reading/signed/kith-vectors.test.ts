import { readFileSync } from 'node:fs'
import t from 'tap'
import { bytesOfHex, hexOfBytes } from '../../../src/cbor/bytes.ts'
import { encodeCatalogue } from '../../../src/reading/signed/catalogue-write.ts'
import { readSealed, readSealedCatalogue } from '../../../src/reading/signed/open-signed.ts'
import { createSigner, openSeal, type SealDomain, seal } from '../../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { encodeBlock, encodePack } from '../../support/packs.ts'
import { allQuantities } from '../../support/readings.ts'

// What docs/protocols.md shows: one key, and what it seals, as literal bytes.
const vectors = JSON.parse(readFileSync(new URL('../../vectors/kith.json', import.meta.url), 'utf8'))
const signer = createSigner(bytesOfHex(vectors.key.seed))
const rules = { topic: '/sensor/temp/v1', quantities: allQuantities, maxPayload: 1024 }

t.equal(signer.peer, vectors.key.peer)
t.equal(hexOfBytes(signer.kid), vectors.key.kid)

const made: Readonly<Record<SealDomain, Uint8Array>> = {
  pack: encodePack(vectors.pack.readings),
  block: encodeBlock(vectors.block.readings, vectors.block.sealedMono),
  meta: encodeCatalogue(vectors.meta.catalogue)
}
for (const domain of ['pack', 'block', 'meta'] as const) {
  const { payload, signature, sealed } = vectors[domain]
  t.equal(hexOfBytes(made[domain]), payload, `payload of the ${domain}`)
  t.equal(hexOfBytes(seal(domain, made[domain], signer)), sealed, `the ${domain} sealed`)
  t.equal(hexOfBytes(openSeal(domain, bytesOfHex(sealed)).signature), signature, `signature of the ${domain}`)
}

const verifier = new SealVerifier()
for (const kind of ['pack', 'block'] as const) {
  const { sealed, readings } = vectors[kind]
  t.strictSame(readSealed(kind, bytesOfHex(sealed), rules, verifier).readings, readings, `the ${kind} read`)
}
t.strictSame(
  readSealedCatalogue(bytesOfHex(vectors.meta.sealed), verifier).catalogue,
  vectors.meta.catalogue,
  'the meta read'
)
