import type { RemoteInfo } from 'node:dgram'
import type { QueryPacket } from 'multicast-dns'
import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import { type Rate, TokenBucket } from '../../token-bucket.ts'
import { Paced } from './paced.ts'
import { isUnicastQuestion, SERVICE, TTL } from './records.ts'

export interface AnswersInit {
  readonly clock: Clock
  /** The port of mDNS: whoever asks from another one hears no multicast answers there. */
  readonly port: number
  /** Sends the answer to one who asked, or to the group. */
  readonly send: (to?: Asker) => void
}

/** Who gets an answer of its own. */
export interface Asker {
  readonly address: string
  readonly port: number
  /** The id of the question, which is repeated with it (RFC 6762 section 6.7); undefined where it came from the port of mDNS. */
  readonly id: number | undefined
}

/** RFC 6762 section 6: milliseconds before a record is multicast again on an interface. */
const ANSWER_PERIOD = 1000
/** RFC 6762 section 5.4: milliseconds without a multicast answer, after which a unicast question gets one. */
const RENEWED_AFTER = (TTL * 1000) / 4
/** Unicast answers to one host: a machine may run a command several times a second, and has a few users. */
const HOST_RATE: Rate = { perSecond: 2, burst: 10 }
/** Unicast answers on one interface, where the sender's address may be forged. */
const LINK_RATE: Rate = { perSecond: 50, burst: 100 }
/** Hosts remembered; the one that asked longest ago is removed first. */
const MAX_HOSTS = 1024

/**
 * When a question is answered, and to whom: to the group at most once a second, to a host that asks for unicast at
 * once. Beyond the rates of unicast a question is answered to the group, so that nobody can direct more at a host.
 */
export class Answers {
  readonly #init: AnswersInit
  readonly #multicast: Paced
  readonly #hosts = new BoundedMap<string, TokenBucket>(MAX_HOSTS)
  readonly #link = new TokenBucket(LINK_RATE)
  #multicastAt = Number.NEGATIVE_INFINITY

  constructor(init: AnswersInit) {
    this.#init = init
    this.#multicast = new Paced(init.clock, ANSWER_PERIOD, () => {
      this.#multicastAt = init.clock.monotonic()
      init.send()
    })
  }

  /** @param from the sender, which is on the link of the interface */
  take({ id, questions = [] }: QueryPacket, { address, port }: RemoteInfo): void {
    const ours = questions.filter(({ name }) => name === SERVICE)
    if (ours.length === 0) return
    const isElsewhere = port !== this.#init.port
    const isUnicast = isElsewhere || (ours.every(isUnicastQuestion) && this.#isKnown())
    if (isUnicast && this.#isAllowed(address))
      this.#init.send({ address, port, id: isElsewhere ? id : undefined })
    else this.#multicast.ask()
  }

  stop(): void {
    this.#multicast.stop()
  }

  /** Whether the hosts of the link have the answer already. */
  #isKnown(): boolean {
    return this.#init.clock.monotonic() - this.#multicastAt < RENEWED_AFTER
  }

  #isAllowed(host: string): boolean {
    const now = this.#init.clock.monotonic()
    const bucket = this.#hosts.touch(host) ?? new TokenBucket(HOST_RATE)
    this.#hosts.set(host, bucket)
    return bucket.take(now) && this.#link.take(now)
  }
}
