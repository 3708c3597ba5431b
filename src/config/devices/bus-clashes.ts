import { formatAddress } from '../../units.ts'
import { formatPath, type OptionPath } from '../option-path.ts'
import { didYouMean, showInput, withHint } from '../options/kinds.ts'
import { nearest } from '../options/nearest.ts'
import { MACHINE_BUS, machineBus } from './sensor-place.ts'

/** What is wrong with the buses as a whole, and where. */
export interface BusClash {
  readonly path: OptionPath
  readonly message: string
}

/** A configuration of which any part may be wrong. */
interface MaybeConfig {
  readonly buses?: unknown
  readonly sensors?: unknown
  readonly time?: { readonly rtc?: Place & { readonly type?: unknown } }
}

interface Place {
  readonly name?: unknown
  readonly bus?: unknown
  readonly address?: unknown
  readonly channel?: unknown
}

interface Seat {
  readonly path: OptionPath
  readonly place: Place
}

/** Unknown buses, channels named twice, and addresses at which two chips would answer. */
export function busClashes({ buses, sensors, time }: MaybeConfig): BusClash[] {
  const muxChannels = seats(buses, 'buses')
  const clocks = time?.rtc?.type === 'none' ? [] : [{ path: ['time', 'rtc'], place: time?.rtc ?? {} }]
  const chips = [...seats(sensors, 'sensors'), ...clocks]
  const names = muxChannels.map(({ place }) => place.name)
  const found = [
    ...muxChannels.flatMap((seat, index) => unknownBus(seat, names.slice(0, index), names.slice(index))),
    ...chips.flatMap((seat) => unknownBus(seat, names)),
    ...namedTwice(muxChannels)
  ]
  return found.length > 0 ? found : addressesTaken(muxChannels, [...multiplexers(muxChannels), ...chips])
}

function seats(list: unknown, key: string): Seat[] {
  if (!Array.isArray(list)) return []
  return list.map((place: Place | null, index) => ({ path: [key, index], place: place ?? {} }))
}

/** @param later names that are given only below it */
function unknownBus(
  { path, place: { bus } }: Seat,
  names: readonly unknown[],
  later: readonly unknown[] = []
): BusClash[] {
  if (typeof bus !== 'string' || MACHINE_BUS.test(bus) || names.includes(bus)) return []
  const known = [...new Set(names.filter((name) => typeof name === 'string'))]
  const all = known.length === 0 ? undefined : `buses names ${known.join(', ')}`
  const meant = nearest(bus, known) ?? machineBus(bus)
  const hint = later.includes(bus) ? `name ${bus} above it` : (didYouMean(meant) ?? all)
  const message = withHint(`${showInput(bus)} is not an I2C bus as in i2c-1`, hint)
  return [{ path: [...path, 'bus'], message }]
}

function namedTwice(muxChannels: readonly Seat[]): BusClash[] {
  const taken = new Map<string, OptionPath>()
  const claim = (path: OptionPath, key: string, what: string, hint: string): BusClash[] => {
    const first = taken.get(what)
    taken.set(what, first ?? path)
    if (first === undefined) return []
    const message = withHint(`${what} is taken by ${formatPath(first)}`, hint)
    return [{ path: [...path, key], message }]
  }
  return muxChannels.flatMap(({ path, place: { name, bus, address, channel } }) => [
    ...claim(path, 'name', `the name ${name}`, 'give each channel its own name'),
    ...claim(
      path,
      'channel',
      `channel ${channel} of ${formatAddress(address)} on ${bus}`,
      'sensors on one channel name the same bus'
    )
  ])
}

/** Each by the first of its channels. */
function multiplexers(muxChannels: readonly Seat[]): Seat[] {
  const same = (one: Place, other: Place): boolean => one.bus === other.bus && one.address === other.address
  return muxChannels.filter((seat) => muxChannels.find((other) => same(seat.place, other.place)) === seat)
}

/** A chip on a bus also answers on every channel behind that bus. */
function addressesTaken(muxChannels: readonly Seat[], chips: readonly Seat[]): BusClash[] {
  const way = (bus: unknown): unknown[] => {
    const muxChannel = muxChannels.find(({ place }) => place.name === bus)
    return muxChannel === undefined ? [bus] : [bus, ...way(muxChannel.place.bus)]
  }
  const meet = (one: Place, other: Place): boolean =>
    typeof one.address === 'number' &&
    one.address === other.address &&
    (way(one.bus).includes(other.bus) || way(other.bus).includes(one.bus))
  return chips.flatMap(({ path, place }, index) => {
    const first = chips.slice(0, index).find((other) => meet(place, other.place))
    if (first === undefined) return []
    const what = `${formatAddress(place.address)} on ${place.bus} is taken by ${formatPath(first.path)}`
    const why = place.bus === first.place.bus ? '' : `: it is on ${first.place.bus} and answers on both`
    return [{ path: [...path, 'address'], message: withHint(what + why, HINT) }]
  })
}

const HINT = 'set one chip to another address, or use another bus'
