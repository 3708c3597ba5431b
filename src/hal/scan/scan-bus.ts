import { defined } from '../../defined.ts'
import { describeError } from '../../error.ts'
import { placeOf } from '../bus/failure.ts'
import type { I2cBus } from '../i2c.ts'
import { kernelChip, kernelPlace } from '../kernel/i2c.ts'
import type { Sysfs } from '../sysfs.ts'
import type { Alternative, Finding, Proposal } from './finding.ts'
import { type Candidate, recognise, type ScanContext, type Verdict } from './recognise.ts'

/** 00 to 07 and 78 to 7f are reserved: 00 is the general call, which resets chips [i2c-tools i2cdetect.c]. */
const [FIRST, LAST] = [0x08, 0x77]
/** First address of a tca9548a; LAST is its last. */
const MULTIPLEXERS = 0x70

export interface BusScan extends ScanContext {
  readonly sysfs: Sysfs
  readonly candidates: readonly Candidate[]
  /** Addresses that are not probed: chips of the bus that the multiplexer of this channel is on. */
  readonly except: ReadonlySet<number>
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
      const probed = await bus.probe(address, { signal: scan.signal })
      if (probed === 'absent') continue
      taken.add(address)
      findings.push(await (probed === 'kernel' ? ownedFinding : chipFinding)(bus, address, scan))
    }
  } catch (error) {
    scan.signal.throwIfAborted()
    findings.push({ kind: 'failed', place: bus.name, reason: describeError(error) })
  }
  return { findings, taken }
}

async function chipFinding(bus: I2cBus, address: number, scan: BusScan): Promise<Finding> {
  const verdict = await recognise(bus, address, scan.candidates, scan)
  const place = placeOf(bus.name, address)
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
