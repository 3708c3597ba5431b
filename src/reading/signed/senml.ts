/** Labels of SenML in CBOR that packs use (RFC 8428 section 6, table 4). */
export const LABEL = {
  baseName: -2,
  baseTime: -3,
  baseUnit: -4,
  name: 0,
  unit: 1,
  value: 2,
  text: 3,
  boolean: 4,
  time: 6,
  interval: 7
} as const

/** Base fields of ours: they hold until replaced (docs/protocols.md section 8). */
export const OWN = {
  /** Epoch of the run. */
  epoch: 'bep',
  /** The run's 8 random bytes. */
  boot: 'bboot',
  /** seq of this record; each following record of the series counts one up. */
  seq: 'bsq',
  /** Quality of time: 0 synchronised, 1 estimated, 2 unknown. */
  quality: 'btq',
  /** Bound of the time's error, s. */
  errorBound: 'bte',
  /** ms since the run began, at bt; at sealing where the time is unknown. */
  mono: 'bmono'
} as const

/** n of a fault: a record whose vs says why there is no value. */
export const FAULT_NAME = ':fault'

export const BOOT_BYTES = 8
export const MAX_RECORDS = 256
/** Maximum bytes of payload of a pack of any protocol, a block or a catalogue (docs/protocols.md section 6). */
export const MAX_PAYLOAD = 16_384
/** Arrays and maps within each other. */
export const MAX_DEPTH = 4
/** Characters of a fault's text. */
export const MAX_FAULT_TEXT = 200

/** Smaller times are relative to now (RFC 8428 section 4.5.3). */
export const MIN_UNIX_TIME = 2 ** 28
/** 10000-01-01T00:00Z, where calendars of four digits end. */
export const END_OF_TIME = 253_402_300_800

const EXTENSION = /^[a-z][a-z0-9]*_?$/
/** Every registered label's JSON name (RFC 8428 section 12.2): such a key would say a thing twice. */
const JSON_NAMES: ReadonlySet<string> = new Set('bn bt bu bv bs bver n u v vs vb vd s t ut'.split(' '))

/** Whether a key that is none of LABEL and OWN is an extension, which receivers ignore. */
export function mayIgnore(key: number | string): boolean {
  return typeof key === 'string' && EXTENSION.test(key) && !key.endsWith('_') && !JSON_NAMES.has(key)
}
