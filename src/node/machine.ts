import type { Clock } from '../clock.ts'
import type { NativePackage } from '../hal/linux/native-packages.ts'
import type { Interfaces } from '../peer/discovery/local-network.ts'
import type { DiscoveryProbe } from '../peer/discovery/probe.ts'

/** Whether the packages that reach the hardware load in this Node. */
export async function nativePackages(): Promise<NativePackage[]> {
  return await (await import('../hal/linux/native-packages.ts')).nativePackages()
}

/** Whether a node could speak mDNS on each interface that it would use. */
export async function discoveryProbes(only: readonly string[]): Promise<DiscoveryProbe[]> {
  return await (await import('../peer/discovery/probe.ts')).probeDiscovery(only)
}

/** Whether a machine with these interfaces is in one network or none. */
export async function isSingleHomed(interfaces: Interfaces): Promise<boolean> {
  return (await import('../peer/discovery/chosen-interface.ts')).isSingleHomed(interfaces)
}

/** Whether this machine's clock is known to be right: 0 synchronised, 2 unknown. */
export async function clockQuality(clock: Clock): Promise<0 | 1 | 2> {
  const { LinuxTimeSource } = await import('../hal/linux/time-source.ts')
  return (await new LinuxTimeSource({ clock }).status()).quality
}
