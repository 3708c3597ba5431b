import type { Multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import { hostPort } from '../discovery/multiaddr-host.ts'
import { Backoff } from './backoff.ts'

/** Places remembered; beyond, the one that failed longest ago is removed. */
const MAX_PLACES = 4096

interface Place {
  readonly backoff: Backoff
  /** Clock.monotonic(). */
  dueAt: number
}

export interface PlaceBackoffInit {
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds. */
  readonly min: number
  readonly max: number
}

/** Back-off by host and port: any number of made-up peers may be announced at one address of a third host. */
export class PlaceBackoff {
  readonly #init: PlaceBackoffInit
  readonly #places = new BoundedMap<string, Place>(MAX_PLACES)

  constructor(init: PlaceBackoffInit) {
    this.#init = init
  }

  isDue(address: Multiaddr): boolean {
    const place = this.#places.get(nameOf(address))
    return place === undefined || place.dueAt <= this.#init.clock.monotonic()
  }

  failed(address: Multiaddr): void {
    const { clock, random, min, max } = this.#init
    const name = nameOf(address)
    const { backoff } = this.#places.get(name) ?? { backoff: new Backoff(min, max, random) }
    this.#places.set(name, { backoff, dueAt: clock.monotonic() + backoff.next() })
  }

  reached(address: Multiaddr): void {
    this.#places.delete(nameOf(address))
  }
}

function nameOf(address: Multiaddr): string {
  const place = hostPort(address)
  return place === undefined ? address.toString() : `${place.host} ${place.port}`
}
