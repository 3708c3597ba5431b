import { describeError } from '../../error.ts'
import type { Discovery, FileSensorDefinition } from '../sensor.ts'
import type { Sysfs } from '../sysfs.ts'
import type { Finding } from './finding.ts'
import type { ScanContext } from './recognise.ts'

/** What a class of kernel files shows, or why it could not be read. */
export type Discovered = { readonly type: string } & (
  | { readonly discovery: Discovery }
  | { readonly failure: string }
)

/** Lists everything that the kernel shows. */
export async function discoverAll(
  sources: readonly FileSensorDefinition[],
  sysfs: Sysfs,
  context: ScanContext
): Promise<readonly Discovered[]> {
  const found: Discovered[] = []
  for (const { type, discover } of sources) {
    try {
      for (const discovery of (await discover?.(sysfs, context)) ?? []) found.push({ type, discovery })
    } catch (error) {
      context.signal.throwIfAborted()
      found.push({ type, failure: describeError(error) })
    }
  }
  return found
}

/** The type that measures a chip which the kernel shows, by the chip's place. */
export function shownChips(discovered: readonly Discovered[]): ReadonlyMap<string, string> {
  return new Map(
    discovered.flatMap((each) =>
      'discovery' in each && each.discovery.chip !== undefined ? [[each.discovery.chip, each.type]] : []
    )
  )
}

export function fileFinding(found: Discovered, name: (base: string) => string): Finding {
  const { type } = found
  if ('failure' in found) return { kind: 'failed', place: type, reason: found.failure }
  const { about, options, name: base } = found.discovery
  if (options === undefined) {
    const reason = `${about}: it has the same name as another, and nothing distinguishes them`
    return { kind: 'unknown', place: type, type, reason }
  }
  return {
    kind: 'file',
    place: type,
    type,
    reason: about,
    proposal: { as: 'sensor', type, name: name(base), options }
  }
}
