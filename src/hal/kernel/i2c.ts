import type { Sysfs } from '../sysfs.ts'

/** Where the kernel shows chips with a kernel driver: `1-0048` is 0x48 on i2c-1 [linux i2c-core-base.c]. */
export const I2C_DEVICES = '/sys/bus/i2c/devices'

/** Such a name, as an option of a device: empty where it is not needed. */
export const I2C_PLACE = /^(\d{1,4}-[0-9a-f]{4})?$/

/** `1-0048`; undefined for a bus behind a multiplexer of our own, which the kernel does not know. */
export function kernelPlace(bus: string, address: number): string | undefined {
  const number = /^i2c-(\d+)$/.exec(bus)?.[1]
  return number === undefined ? undefined : `${number}-${address.toString(16).padStart(4, '0')}`
}

/** The kernel's name of the chip: `ds1307`; undefined where it shows none. */
export async function kernelChip(
  sysfs: Sysfs,
  place: string,
  signal: AbortSignal
): Promise<string | undefined> {
  const name = await sysfs.read(`${I2C_DEVICES}/${place}/name`, signal).catch(() => '')
  return name.trim() || undefined
}

/**
 * The places of the I2C devices with a folder that matches `entry`, by that folder's name: `hwmon3` belongs to
 * the chip at `1-0048`.
 * @param below the folder in between: `/hwmon`, or nothing
 */
export async function placesOf(
  sysfs: Sysfs,
  below: string,
  entry: RegExp
): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>()
  const chips = (await sysfs.list(I2C_DEVICES)).filter((name) => name !== '' && I2C_PLACE.test(name))
  for (const place of chips)
    for (const name of await sysfs.list(`${I2C_DEVICES}/${place}${below}`))
      if (entry.test(name)) places.set(name, place)
  return places
}
