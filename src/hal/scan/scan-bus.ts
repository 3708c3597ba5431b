import { defined } from '../../defined.ts'
import { describeError } from '../../error.ts'
import { placeOf } from '../bus/failure.ts'
import type { I2cBus } from '../i2c.ts'
import { kernelChip, kernelPlace } from '../kernel/i2c.ts'
import type { Sysfs } from '../sysfs.ts'
import type { Alternative, ConfiguredChip, Finding, Proposal } from './finding.ts'
import { type Candidate, recognise, type ScanContext, type Verdict } from './recognise.ts'

/** 00 to 07 and 78 to 7f are reserved: 00 is the general call, which resets chips [i2c-tools i2cdetect.c]. */
const [FIRST, LAST] = [0x08, 0x77]
/** First address of a tca9548a; LAST is its last. */
const MULTIPLEXERS = 0x70
const MULTIPLEXER = 'tca9548a'
const ABSENT = {
  reason: 'does not acknowledge',
  conflict: 'it does not acknowledge: check its wiring, power and address'
}

export interface BusScan extends ScanContext {
  readonly sysfs: Sysfs
  readonly candidates: readonly Candidate[]
  /** Addresses that are not probed: chips of the bus that the multiplexer of this channel is on. */
  readonly except: ReadonlySet<number>
  /** By address, on this bus. */
  readonly configured: ReadonlyMap<number, ConfiguredChip>
  /** Whether a node runs with them: they are listed and not addressed, because they may be measuring. */
  readonly running: boolean
  /** Names of the channels of configured multiplexers, by address. */
  readonly multiplexers: ReadonlyMap<number, string>
  /** Types by which chips that the kernel shows are measured, by the kernel's name of their place. */
  readonly shown: ReadonlyMap<string, string>
  /** Makes a unique name for a proposal. */
  readonly name: (base: string) => string
}

export interface BusFindings {
  readonly findings: readonly Finding[]
  /** Addresses at which something answers. */
  readonly taken: ReadonlySet<number>
}

/** Probes every address of a bus, and recognises what answers. */
export async function scanBus(bus: I2cBus, scan: BusScan): Promise<BusFindings> {
  const findings: Finding[] = []
  const taken = new Set(scan.except)
  try {
    for (let address = FIRST; address <= LAST; address++) {
      if (scan.except.has(address)) continue
      const finding = await findingAt(bus, address, scan)
      if (finding === undefined) continue
      if (finding.kind !== 'absent') taken.add(address)
      findings.push(finding)
    }
  } catch (error) {
    scan.signal.throwIfAborted()
    findings.push({ kind: 'failed', place: bus.name, reason: describeError(error) })
  }
  return { findings, taken }
}

/** Addresses of a bus at which something answers, without asking what it is. */
export async function probeBus(
  bus: I2cBus,
  { except, configured, running, signal }: Pick<BusScan, 'except' | 'configured' | 'running' | 'signal'>
): Promise<ReadonlySet<number>> {
  const taken = new Set(except)
  for (let address = FIRST; address <= LAST; address++) {
    if (except.has(address)) continue
    const inUse = running && configured.has(address)
    if (inUse || (await bus.probe(address, { signal })) !== 'absent') taken.add(address)
  }
  return taken
}

async function findingAt(bus: I2cBus, address: number, scan: BusScan): Promise<Finding | undefined> {
  const chip = scan.configured.get(address)
  const channels = scan.multiplexers.get(address)
  if (chip !== undefined && scan.running) return inUseFinding(chip, scan)
  const probed = await bus.probe(address, { signal: scan.signal })
  const place = placeOf(bus.name, address)
  if (probed === 'absent') {
    const configured = chip?.name ?? channels
    const type = chip?.type ?? MULTIPLEXER
    return configured === undefined ? undefined : { kind: 'absent', place, type, configured, ...ABSENT }
  }
  if (probed === 'kernel') {
    const found = await ownedFinding(bus, address, scan)
    const configured = chip?.name ?? channels
    return configured === undefined ? found : { ...found, configured, conflict: found.reason }
  }
  if (channels !== undefined) {
    return { kind: 'sure', place, type: MULTIPLEXER, reason: 'a multiplexer', configured: channels }
  }
  const verdict = await recognise(bus, address, scan.candidates, scan)
  return chip === undefined
    ? chipFinding(place, verdict, bus, address, scan)
    : configuredFinding(place, verdict, chip, address, scan)
}

function inUseFinding({ name, type, bus, address }: ConfiguredChip, { candidates }: BusScan): Finding {
  const title = candidates.find((each) => each.type === type)?.title ?? type
  return { kind: 'sure', place: placeOf(bus, address), type, reason: title, configured: name }
}

/** What is configured goes before what cannot be distinguished from it. */
function configuredFinding(
  place: string,
  { sure, maybe, relative }: Verdict,
  { name: configured, type }: ConfiguredChip,
  address: number,
  { candidates }: BusScan
): Finding {
  const reason = candidates.find((each) => each.type === type)?.title ?? type
  if (sure?.type === type) return { kind: 'sure', place, type, reason, configured }
  if (maybe.some((each) => each.type === type)) return { kind: 'maybe', place, type, reason, configured }
  if (sure !== undefined) {
    const conflict = `it is a ${sure.type}, not a ${type}`
    return { kind: 'sure', place, type: sure.type, reason: sure.title, configured, conflict }
  }
  const found = maybe.length === 0 ? whyUnknown(address, { maybe, ...defined({ relative }) }) : listed(maybe)
  const conflict = `it does not answer as a ${type}, but as ${found}`
  return { kind: 'unknown', place, reason: found, configured, conflict }
}

function listed(maybe: readonly Candidate[]): string {
  return maybe.map(({ type }) => type).join(' or ')
}

function chipFinding(place: string, verdict: Verdict, bus: I2cBus, address: number, scan: BusScan): Finding {
  const [first, ...others] = verdict.sure === undefined ? verdict.maybe : [verdict.sure]
  if (first === undefined) return { kind: 'unknown', place, reason: whyUnknown(address, verdict) }
  const base = { place, type: first.type, proposal: proposalOf(first, bus.name, address, scan) }
  if (verdict.sure !== undefined) return { ...base, kind: 'sure', reason: first.title }
  return { ...base, kind: 'maybe', reason: presumed(first, others), others: others.map(alternative) }
}

function presumed({ title, identification }: Candidate, others: readonly Candidate[]): string {
  const tell = identification?.tell
  const known = identification?.by === 2 ? 'its registers fit' : 'its address fits'
  const more = others.length === 0 ? '' : `; or ${others.map(({ type }) => type).join(', ')}`
  return `${title}, ${tell === undefined ? `as far as ${known}` : `if ${tell}`}${more}`
}

function alternative({ type, identification }: Candidate): Alternative {
  return identification?.tell === undefined ? { type } : { type, tell: identification.tell }
}

function whyUnknown(address: number, { relative }: Verdict): string {
  if (relative !== undefined) return `a ${relative}; kith has no driver for it as a sensor`
  const multiplexer = ', or a tca9548a multiplexer: name its channels under buses'
  return `something that kith has no driver for${address >= MULTIPLEXERS ? multiplexer : ''}`
}

function proposalOf({ type, ...chip }: Candidate, bus: string, address: number, scan: BusScan): Proposal {
  const as = 'measures' in chip ? 'sensor' : 'rtc'
  return { as, type, name: as === 'sensor' ? scan.name(type) : type, bus, address }
}

async function ownedFinding(bus: I2cBus, address: number, scan: BusScan): Promise<Finding> {
  const place = kernelPlace(bus.name, address)
  const chip = place === undefined ? undefined : await kernelChip(scan.sysfs, place, scan.signal)
  const shown = place === undefined ? undefined : scan.shown.get(place)
  const how =
    shown === undefined
      ? 'which shows nothing to be measured: unload it (its overlay in config.txt) to use the chip here'
      : `measure it as ${shown}, below`
  return {
    kind: 'kernel',
    place: placeOf(bus.name, address),
    ...defined({ type: chip }),
    reason: `belongs to a driver of the kernel; ${how}`
  }
}
