import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../../clock.ts'

/** Milliseconds: a stranger's stream that was idle for longer gives its place to another stranger's. */
const STRANGER_IDLE = 600_000

export interface StreamPlacesInit {
  readonly clock: Clock
  /** Streams at one time. */
  readonly places: number
  /** Of these, streams of one peer. */
  readonly perPeer: number
  readonly inBook: (peer: string) => boolean
}

interface Place {
  readonly stream: Stream
  readonly peer: string
  /** Clock.monotonic() of the last bytes, either way. */
  usedAt: number
}

/**
 * The places for streams that others open. A quiet stream may live for days: whether its peer is there is the matter of
 * the connection, which is pinged. Only where no place is left, one stream gives its own: a stranger's to a peer of
 * the book, and among equals the longest idle one of the peer that holds most to a peer that holds fewer.
 */
export class StreamPlaces {
  readonly #init: StreamPlacesInit
  readonly #taken = new Set<Place>()

  constructor(init: StreamPlacesInit) {
    this.#init = init
  }

  /**
   * Gives a place to a stream, until it is closed; a stream that gets none is reset.
   * @returns to be called whenever bytes come or go; undefined where no place is left
   */
  take(stream: Stream, peer: string): (() => void) | undefined {
    const { clock, places, perPeer } = this.#init
    // It would never be closed again, and keep its place.
    if (stream.status !== 'open') return undefined
    const held = this.#heldBy(peer)
    if (held.length >= perPeer) return refuse(stream, `${perPeer} streams of one peer are open`)
    if (this.#taken.size >= places) {
      const victim = this.#victim(peer, held.length)
      if (victim === undefined) return refuse(stream, `${places} streams are open already`)
      this.#taken.delete(victim)
      victim.stream.abort(new Error('its place was needed for the stream of another peer'))
    }
    const place: Place = { stream, peer, usedAt: clock.monotonic() }
    this.#taken.add(place)
    stream.addEventListener('close', () => this.#taken.delete(place))
    return () => {
      place.usedAt = clock.monotonic()
    }
  }

  /** What makes room for one more stream of a peer that holds `held`. */
  #victim(peer: string, held: number): Place | undefined {
    const { clock, inBook } = this.#init
    const strangers = this.#most((other) => !inBook(other))
    if (inBook(peer)) {
      const friends = this.#most(inBook)
      return longestIdle(strangers) ?? (friends.length > held + 1 ? longestIdle(friends) : undefined)
    }
    if (strangers.length > held + 1) return longestIdle(strangers)
    const idle = [...this.#taken].filter(
      (one) => !inBook(one.peer) && clock.monotonic() - one.usedAt >= STRANGER_IDLE
    )
    return longestIdle(idle)
  }

  #heldBy(peer: string): Place[] {
    return [...this.#taken].filter((place) => place.peer === peer)
  }

  /** The places of the peer that holds most, of those asked for. */
  #most(isAsked: (peer: string) => boolean): Place[] {
    const byPeer = Map.groupBy(this.#taken, ({ peer }) => peer)
    let most: Place[] = []
    for (const [peer, held] of byPeer) if (held.length > most.length && isAsked(peer)) most = held
    return most
  }
}

function longestIdle(places: readonly Place[]): Place | undefined {
  return places.toSorted((one, other) => one.usedAt - other.usedAt)[0]
}

function refuse(stream: Stream, why: string): undefined {
  stream.abort(new Error(why))
}
