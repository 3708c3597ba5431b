import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import t, { type Test } from 'tap'
import type { Home } from '../../../src/peer/identity/home.ts'
import { openHome } from '../../../src/peer/identity/home.ts'
import {
  createIdentity,
  ephemeralIdentity,
  loadIdentity,
  openIdentity
} from '../../../src/peer/identity/identity.ts'
import { createSigner } from '../../../src/reading/signed/seal.ts'

const isRoot = process.geteuid?.() === 0

async function newHome(t: Test): Promise<Home> {
  const home = await openHome(t.testdir({}), { create: true })
  t.teardown(() => home.close())
  return home
}

async function homeWithKey(t: Test, bytes?: Uint8Array): Promise<{ home: Home; key: string; peer: string }> {
  const home = await newHome(t)
  const { peer } = await createIdentity(home)
  const key = home.file('identity.key')
  if (bytes !== undefined) writeFileSync(key, bytes)
  return { home, key, peer }
}

/** Nobody gets another identity, by either way in, and the file stays as it is. */
async function stops(
  t: Test,
  home: Home,
  expected: { code: string; message?: RegExp; hint?: RegExp; commandHint?: RegExp }
): Promise<void> {
  const before = readdirSync(home.path)
  await t.rejects(loadIdentity(home), { remedy: 'stop', ...expected })
  await t.rejects(openIdentity(home), { remedy: 'stop', ...expected })
  t.strictSame(readdirSync(home.path), before)
}

t.test('made once, the same ever after', async (t) => {
  const home = await newHome(t)
  await t.rejects(loadIdentity(home), {
    code: 'no-identity',
    hint: 'createNode({ home }) makes one',
    commandHint: 'make one with `kith init`'
  })
  const made = await openIdentity(home)
  t.match(made.peer, /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/)
  t.equal(made.peerId.toString(), made.peer)
  t.equal(made.seed.length, 32)
  for (const again of [await loadIdentity(home), await openIdentity(home)]) {
    t.equal(again.peer, made.peer)
    t.strictSame(again.seed, made.seed)
  }
  await t.rejects(createIdentity(home), { code: 'identity-exists' })
})

t.test('the file is the protobuf of libp2p, for its owner alone', async (t) => {
  const { home, key } = await homeWithKey(t)
  const { seed, privateKey } = await loadIdentity(home)
  // peer-ids spec: 08 01 (Ed25519) 12 40 (64 bytes), then seed and public key.
  const expected = Buffer.concat([Buffer.from('08011240', 'hex'), seed, privateKey.publicKey.raw])
  t.strictSame(readFileSync(key), expected)
  t.equal(statSync(key).mode & 0o777, 0o600)
  t.notOk(readdirSync(home.path).some((name) => name.endsWith('.tmp')))
})

t.test('the vector of the specification is read', async (t) => {
  // libp2p peer-ids spec, Test vectors, Ed25519 private key.
  const vector =
    '080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e'
  const { home } = await homeWithKey(t, Buffer.from(vector, 'hex'))
  const { seed } = await loadIdentity(home)
  t.equal(Buffer.from(seed).toString('hex'), vector.slice(8, 72))
})

t.test('a damaged key stops the node: every flipped bit, every truncation', async (t) => {
  const { home, key } = await homeWithKey(t)
  const whole = readFileSync(key)
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const flipped = Buffer.from(whole)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    writeFileSync(key, flipped)
    const code = await loadIdentity(home).then(
      () => 'accepted',
      (error: { code: string }) => error.code
    )
    if (code !== 'identity-damaged') t.fail(`bit ${bit}: ${code}`)
  }
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(key, whole.subarray(0, length))
    const code = await loadIdentity(home).then(
      () => 'accepted',
      (error: { code: string }) => error.code
    )
    if (code !== 'identity-damaged') t.fail(`${length} bytes: ${code}`)
  }
  await stops(t, home, { code: 'identity-damaged', commandHint: /backup.*kith init --home/ })
  writeFileSync(key, Buffer.concat([whole, Buffer.from([0])]))
  await stops(t, home, { code: 'identity-damaged' })
  writeFileSync(key, Buffer.alloc(5000))
  await stops(t, home, { code: 'identity-damaged', message: /has 5000 bytes/ })
})

t.test('a key of another kind', async (t) => {
  for (const kind of ['secp256k1', 'ECDSA'] as const) {
    const pair = await (kind === 'ECDSA' ? generateKeyPair('ECDSA') : generateKeyPair('secp256k1'))
    const { home } = await homeWithKey(t, privateKeyToProtobuf(pair))
    await stops(t, home, {
      code: 'identity-damaged',
      message: new RegExp(`kind ${kind}; kith needs Ed25519`)
    })
  }
  const { home } = await homeWithKey(t, privateKeyToProtobuf(await generateKeyPair('RSA', 2048)))
  await stops(t, home, { code: 'identity-damaged' })
})

t.test('a key that others may read or write', async (t) => {
  const { home, key } = await homeWithKey(t)
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o644, 0o666]) {
    chmodSync(key, mode)
    await stops(t, home, { code: 'identity-exposed', hint: /chmod 600/ })
  }
  chmodSync(key, 0o400)
  t.ok(await loadIdentity(home))
})

t.test('a key of another user', { skip: !isRoot && 'only root can give a file away' }, async (t) => {
  const { home, key } = await homeWithKey(t)
  chownSync(key, 12_345, 12_345)
  await stops(t, home, {
    code: 'identity-foreign',
    message: /belongs to user 12345/,
    commandHint: /sudo -u '#12345' kith/
  })
})

t.test('a key that may not be read', { skip: isRoot && 'root may read everything' }, async (t) => {
  const { home, key } = await homeWithKey(t)
  chmodSync(key, 0)
  await stops(t, home, { code: 'identity-unreadable', message: /EACCES/ })
})

t.test('a link in its place', async (t) => {
  const { home, key } = await homeWithKey(t)
  renameSync(key, home.file('elsewhere'))
  symlinkSync(home.file('elsewhere'), key)
  await stops(t, home, { code: 'identity-foreign', message: /symbolic link/ })
})

t.test('a folder in its place', async (t) => {
  const home = await newHome(t)
  mkdirSync(home.file('identity.key'), { mode: 0o700 })
  await stops(t, home, { code: 'identity-damaged', message: /not a plain file/ })
})

t.test('a lost key is reported, never replaced', async (t) => {
  for (const trace of ['epoch', 'history.sqlite', 'history.sqlite-wal']) {
    await t.test(trace, async (t) => {
      const home = await newHome(t)
      writeFileSync(home.file(trace), '')
      await stops(t, home, { code: 'identity-lost', message: new RegExp(trace), hint: /backup/ })
      await t.rejects(createIdentity(home), { code: 'identity-lost' })
      t.notOk(existsSync(home.file('identity.key')))
    })
  }
})

t.test('identities without a home', async (t) => {
  const [one, two] = await Promise.all([ephemeralIdentity(), ephemeralIdentity()])
  t.not(one.peer, two.peer)
  t.equal(createSigner(one.seed).peer, one.peer, 'its readings are sealed with the key of its seed')
})
