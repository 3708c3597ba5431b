import t from 'tap'
import * as v from 'valibot'
import type { CborValue } from '../../src/cbor/value.ts'
import { MAX_EXPONENT } from '../../src/cbor/value.ts'
import { writeCbor } from '../../src/cbor/write.ts'
import { configSchema } from '../../src/config/schema.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import {
  MAX_PAYLOAD as MAX_DATAGRAM,
  MAX_FRAME,
  MAX_PACKET,
  MAX_PACKETS_PER_KEY,
  MIN_MAX_PAYLOAD,
  MIN_PACKET,
  REPLAY_WINDOW
} from '../../src/protocol/datagram/constants.ts'
import { DEFAULT_PAYLOAD, defineSensorProtocol } from '../../src/protocol/define-sensor-protocol.ts'
import { VERDICTS } from '../../src/protocol/gossip/checks.ts'
import { REPEAT_AFTER } from '../../src/protocol/gossip/constants.ts'
import { checkFreshness } from '../../src/protocol/gossip/freshness.ts'
import { messageId } from '../../src/protocol/gossip/message-id.ts'
import { META_TOPIC, sensorProtocols } from '../../src/protocol/protocol-registry.ts'
import { createAnswerVerifier } from '../../src/protocol/query/client/answer-verifier.ts'
import { DatagramQuery } from '../../src/protocol/query/client/datagram-query.ts'
import { decodeAnswer } from '../../src/protocol/query/codec/answer.ts'
import { queryErrorCodes } from '../../src/protocol/query/codec/frame.ts'
import { decodeRequest, isBadRequest } from '../../src/protocol/query/codec/request.ts'
import {
  ALIVE_AFTER,
  LINK_DOWN_AFTER,
  MAX_CREDIT,
  MAX_SELECTORS
} from '../../src/protocol/query/constants.ts'
import { quantities } from '../../src/reading/quantity.ts'
import { MULTIHASH_BYTES } from '../../src/reading/series.ts'
import {
  MAX_CATALOGUE_ENTRIES,
  MAX_CATALOGUE_TEXT,
  MAX_CATALOGUE_WORDS
} from '../../src/reading/signed/catalogue.ts'
import { SEAL_BYTES } from '../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../src/reading/signed/seal-verify.ts'
import {
  BOOT_BYTES,
  END_OF_TIME,
  MAX_DEPTH,
  MAX_FAULT_TEXT,
  MAX_PAYLOAD,
  MAX_RECORDS,
  MIN_UNIX_TIME
} from '../../src/reading/signed/senml.ts'
import { durationUnits, parseUnits, sizeUnits } from '../../src/units.ts'
import { LooseFlow } from '../support/datagram/flow.ts'
import { documentRows } from '../support/protocols-document.ts'
import { asked, packOf, queryBench, queryLimits, RawAsker, registry } from '../support/query/bench.ts'

/** Whether a request with these fields beside its id is taken. */
function isTaken(fields: Readonly<Record<string, CborValue>>): boolean {
  try {
    return !isBadRequest(decodeRequest(writeCbor(new Map(Object.entries({ id: 1, ...fields }))), 8192))
  } catch {
    return false
  }
}

function isAnswer(fields: Readonly<Record<string, CborValue>>): boolean {
  try {
    return decodeAnswer(writeCbor(new Map(Object.entries({ id: 1, ...fields }))), 8192).id === 1
  } catch {
    return false
  }
}

/** The maximum for which it holds, tried at the documented value and above it. */
function maximumOf(documented: number, holds: (value: number) => boolean): number {
  if (!holds(documented)) return Number.NEGATIVE_INFINITY
  return holds(documented + 1) ? Number.POSITIVE_INFINITY : documented
}

function nested(levels: number): CborValue {
  return levels === 0 ? 1 : [nested(levels - 1)]
}

/** How far ahead of our clock, in seconds, a pack may be. */
function isAheadTaken(seconds: number): boolean {
  const pack = packOf(0)
  const time = pack.readings[0]?.time ?? 0
  const standing = { position: () => undefined, knownTime: () => time - seconds }
  return checkFreshness(pack, standing, 120) === undefined
}

async function defaultCredit(): Promise<number> {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe', n: 'hall' })
  for (let seq = 0; seq < 20; seq++) bench.hub.add(packOf(seq))
  return (await raw.heard()).length
}

/** When a datagram that nobody answers is sent, in milliseconds. */
async function sendings(): Promise<number[]> {
  const clock = new VirtualClock()
  const sent: number[] = []
  const flow = new LooseFlow(asked, '/sensor/temp/v1', () => sent.push(clock.monotonic()))
  const verifier = createAnswerVerifier(registry, new SealVerifier(), queryLimits.remembered)
  const query = new DatagramQuery({ flow, clock, verifier, limits: queryLimits })
  const answer = query.read({}, new AbortController().signal).catch(() => undefined)
  await clock.run(answer)
  return sent
}

const text = (length: number): string => 'x'.repeat(length)
const selectors = (count: number): string[] => Array<string>(count).fill('a')

const figures: Readonly<Record<string, (documented: number) => number | Promise<number>>> = {
  'max-records': () => MAX_RECORDS,
  'max-payload': () => MAX_PAYLOAD,
  'default-payload': () => DEFAULT_PAYLOAD,
  'max-seal': () => SEAL_BYTES,
  'max-depth': () => MAX_DEPTH,
  'max-frame-depth': (documented) => maximumOf(documented, (n) => isTaken({ op: 'read', x: nested(n - 1) })),
  'max-exponent': () => MAX_EXPONENT,
  'min-unix-time': () => MIN_UNIX_TIME,
  'end-of-time': () => END_OF_TIME,
  'boot-bytes': () => BOOT_BYTES,
  'multihash-bytes': () => MULTIHASH_BYTES,
  'max-fault-text': () => MAX_FAULT_TEXT,
  'max-meta-entries': () => MAX_CATALOGUE_ENTRIES,
  'max-meta-words': () => MAX_CATALOGUE_WORDS,
  'max-meta-text': () => MAX_CATALOGUE_TEXT,
  'meta-repeat': () => REPEAT_AFTER,
  'message-id-bytes': () => messageId('/a/v1', new Uint8Array(0)).length,
  'accept-age': () => defineSensorProtocol({ id: '/a/v1', quantity: 'temperature' }).acceptAge,
  'max-ahead': (documented) => maximumOf(documented, isAheadTaken),
  'max-op': (documented) => maximumOf(documented, (n) => isTaken({ op: text(n) })),
  'max-selector': (documented) => maximumOf(documented, (n) => isTaken({ op: 'read', n: text(n) })),
  'max-selectors': (documented) =>
    maximumOf(documented, (n) => n <= MAX_SELECTORS && isTaken({ op: 'read', n: selectors(n) })),
  'max-credit': (documented) =>
    maximumOf(documented, (n) => n <= MAX_CREDIT && isTaken({ op: 'observe', credit: n })),
  'default-credit': defaultCredit,
  'max-every': (documented) => maximumOf(documented, (n) => isTaken({ op: 'observe', every: n })),
  'max-limit': (documented) => maximumOf(documented, (n) => isTaken({ op: 'history', limit: n })),
  'max-error-text': (documented) => maximumOf(documented, (n) => isAnswer({ error: ['busy', text(n)] })),
  'alive-after': () => ALIVE_AFTER / 1000,
  'link-down-after': () => LINK_DOWN_AFTER / 1000,
  'dgram-max-frame': () => MAX_FRAME,
  'dgram-max-packet': () => MAX_PACKET,
  'dgram-min-packet': () => MIN_PACKET,
  'dgram-max-payload': () => MAX_DATAGRAM,
  'dgram-min-payload': () => MIN_MAX_PAYLOAD,
  'dgram-window': () => REPLAY_WINDOW,
  'dgram-hard-limit': () => MAX_PACKETS_PER_KEY,
  'dgram-first-wait': async () => (await sendings())[1] ?? 0,
  'dgram-retries': async () => (await sendings()).length - 1
}

t.test('what every node must agree on', async (t) => {
  const rows = documentRows('id', 'value', 'unit', 'meaning')
  t.strictSame(rows.map(([id]) => id).toSorted(), Object.keys(figures).toSorted())
  for (const [id = '', value] of rows) {
    const documented = Number(value)
    t.equal(await figures[id]?.(documented), documented, id)
  }
  t.strictSame(await sendings(), [0, 100, 300, 700, 1500], 'a request is repeated after doubled waits')
})

const defaults: unknown = v.parse(configSchema([]), {})

/** A written setting in the smallest unit of its kind, or a word, as the configuration holds it. */
function plain(written: string): number | string {
  if (/^[a-z]+$/.test(written)) return written
  const inUnits = [durationUnits, sizeUnits].map((units) => parseUnits(written, units))
  return inUnits.find((value) => !Number.isNaN(value)) ?? Number(written)
}

t.test('what a node may be configured to', async (t) => {
  const rows = documentRows('setting', 'default', 'meaning')
  t.ok(rows.length > 40)
  for (const [path = '', value = ''] of rows) {
    const held = path.split('.').reduce<unknown>((part, key) => Reflect.get(Object(part), key), defaults)
    t.equal(held, plain(value), path)
  }
})

t.test('protocols', async (t) => {
  const rows = documentRows('ProtocolName', 'quantities', 'maxPayload', 'acceptAge')
  const known = sensorProtocols.map(({ id, quantities, maxPayload, acceptAge }) =>
    id === META_TOPIC
      ? [id, 'none: catalogues (chapter 10)', String(maxPayload), '–']
      : [id, quantities.join(', '), String(maxPayload), `${acceptAge} s`]
  )
  t.strictSame(rows, known)
})

t.test('quantities', async (t) => {
  const rows = documentRows('quantity', 'SenML unit', 'value', 'shown as')
  t.strictSame(
    rows.map(([name, unit, kind]) => [name, unit, kind]),
    quantities.map(({ name, unit, kind }) => [name, unit ?? 'none', kind])
  )
})

t.test('verdicts of gossip', async (t) => {
  const documented = documentRows('#', 'check', 'verdict').map(
    ([, , verdict = '']) => /^\w+/.exec(verdict)?.[0]
  )
  // Check 10 has two reasons in the code.
  const { ahead: _, ...reasons } = VERDICTS
  t.strictSame(documented, Object.values(reasons))
})

t.test('error codes', async (t) => {
  const documented = documentRows('code', 'when', 'asking again').map(([code]) => code)
  t.strictSame(documented, [...queryErrorCodes])
})
