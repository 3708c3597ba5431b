import { TokenBucket } from '../../../token-bucket.ts'
import type { SessionComponents } from '../components.ts'
import { MAX_PACKET } from '../constants.ts'
import { encodeReport } from '../control/frame.ts'
import type { ConnectionFacts } from '../control/stream.ts'
import type { Carrier } from '../flow.ts'
import { deriveKeys, type SessionSecrets } from '../packet/key-schedule.ts'
import { flowOf, payloadOf } from '../packet/packet.ts'
import type { PacketOwner, ReceiveKey } from '../packet/receive-key.ts'
import { Rekey, type Renewal } from '../packet/rekey.ts'
import { SessionKeys } from '../packet/session-keys.ts'
import { LossReport } from '../path/loss-report.ts'
import { Path } from '../path/path.ts'
import { decodeProbe, encodeProbe, type ProbeKind } from '../path/probe.ts'
import type { RoundTrip } from '../path/round-trip.ts'

/** Flow 0 is the path's own. */
const PATH_FLOW = 0
/** Rate of a peer's PROBEs that are answered; an honest peer sends fewer. */
const ANSWERED_PROBES = { perSecond: 3, burst: 9 }

export interface UdpCarrierOptions {
  readonly components: SessionComponents
  readonly facts: ConnectionFacts
  readonly initiator: boolean
  readonly roundTrip: RoundTrip
  /** Sends a frame on the control stream. */
  readonly control: (frame: Buffer) => void
  readonly deliver: (flow: number, payload: Buffer, now: number) => void
  readonly changed: (carrier: Carrier) => void
  /** The session must end. */
  readonly failed: () => void
}

/** A session's datagrams as encrypted UDP packets: joins keys, path and reports. */
export class UdpCarrier implements PacketOwner {
  readonly keys: SessionKeys
  readonly rekey: Rekey
  /** Our UDP port for HELLO or ACCEPT; 0 where UDP may not or cannot be used. */
  readonly ownPort: number
  readonly #options: UdpCarrierOptions
  readonly #reports: LossReport
  readonly #answers = new TokenBucket(ANSWERED_PROBES)
  /** Undefined before the agreement, and always where one side has no UDP. */
  #path: Path | undefined

  constructor(options: UdpCarrierOptions) {
    const { components, facts, initiator, control } = options
    this.#options = options
    this.ownPort = facts.direct && facts.remote !== undefined ? components.udp.port(facts.remote.family) : 0
    this.keys = new SessionKeys({
      clock: components.clock,
      ids: components.ids,
      owner: this,
      failedOpens: components.limits.failedOpens
    })
    this.rekey = new Rekey({
      clock: components.clock,
      random: components.random,
      initiator,
      send: control,
      reserve: () => this.keys.reserve(),
      release: (key) => this.keys.release(key),
      renewed: (renewal) => this.#renewed(renewal),
      failed: options.failed
    })
    this.#reports = new LossReport(components.clock, (received, expected) =>
      control(encodeReport(received, expected))
    )
  }

  get host(): string | undefined {
    return this.ownPort === 0 ? undefined : this.#options.facts.remote?.host
  }

  agreed(key: ReceiveKey, secrets: SessionSecrets, peerCid: Buffer, peerPort: number): void {
    this.#install(key, secrets, peerCid, true)
    if (this.ownPort === 0 || peerPort === 0) return
    const { components, roundTrip, changed } = this.#options
    this.#path = new Path({
      clock: components.clock,
      random: components.random,
      roundTrip,
      port: peerPort,
      sendProbe: (port, token) => this.#control('probe', port, token),
      changed: (usable) => changed(usable ? 'udp' : 'stream'),
      failed: () => this.#pathFailed()
    })
    this.rekey.schedule()
  }

  usable(now: number): boolean {
    return this.#path?.usable(now) === true
  }

  /** Usable, or suspected only. */
  reachable(now: number): boolean {
    return this.#path?.reachable(now) === true
  }

  probe(now: number): void {
    this.#path?.probe(now)
  }

  suspect(): void {
    this.#path?.suspect()
  }

  onPeerPrefersStream(now: number): void {
    this.#path?.onPeerPrefersStream(now)
  }

  confirmed(now: number): void {
    this.#path?.confirmed(now)
  }

  send(flow: number, payload: Uint8Array, now: number): boolean {
    const sent = this.#encrypt(flow, payload, this.#path?.port ?? 0)
    if (sent) this.#options.components.counters.traffic.sentUdp++
    this.#path?.sent(now)
    return sent
  }

  packet(plain: Buffer, key: ReceiveKey, fromPort: number, now: number): void {
    this.keys.heard(key)
    if (this.keys.isCurrent(key)) {
      this.#reports.received(key.window)
    } else {
      this.#reports.straggler()
      // The peer still sends under the old keys: packets under the new ones have not reached it.
      if (this.#options.initiator && this.#path?.probing === false) this.#path.validate(now)
    }
    this.#path?.heard(fromPort, now)
    const flow = flowOf(plain)
    if (flow === PATH_FLOW) this.#onControl(payloadOf(plain), fromPort, now)
    else this.#options.deliver(flow, payloadOf(plain), now)
  }

  flooded(key: ReceiveKey): void {
    if (this.keys.isCurrent(key)) this.rekey.due()
  }

  keyExhausted(): void {
    this.#options.failed()
  }

  close(): void {
    this.rekey.close()
    this.#reports.close()
    this.#path?.close()
    this.#path = undefined
    this.keys.close()
  }

  #install(key: ReceiveKey, secrets: SessionSecrets, peerCid: Buffer, sendAtOnce: boolean): void {
    const { initiatorToResponder, responderToInitiator } = secrets
    if (this.#options.initiator) {
      this.keys.install(key, responderToInitiator, initiatorToResponder, peerCid, sendAtOnce)
    } else {
      this.keys.install(key, initiatorToResponder, responderToInitiator, peerCid, sendAtOnce)
    }
  }

  #renewed({ rekey, ack, key }: Renewal): void {
    const { initiator, components, facts } = this.#options
    const secrets = deriveKeys({
      initiator: initiator ? components.self : facts.peerMultihash,
      responder: initiator ? facts.peerMultihash : components.self,
      first: rekey.bytes,
      second: ack.bytes,
      initiatorSecret: rekey.secret,
      responderSecret: ack.secret
    })
    this.#install(key, secrets, initiator ? ack.cid : rekey.cid, initiator)
    this.rekey.schedule()
    if (initiator) this.#path?.validate(components.clock.monotonic())
  }

  /** The initiator's probes under new keys may have been lost: asks for another rekey. */
  #pathFailed(): void {
    if (!this.#options.initiator && this.keys.awaitingPeer) this.rekey.due()
  }

  #onControl(payload: Buffer, fromPort: number, now: number): void {
    const probe = decodeProbe(payload)
    if (probe === undefined) this.#options.components.counters.drop('bad-control')
    else if (probe.kind === 'probe') this.#onProbe(probe.token, fromPort, now)
    else this.#onProbeAck(probe.token, fromPort, now)
  }

  #onProbe(token: Buffer, fromPort: number, now: number): void {
    if (this.#answers.take(now)) this.#control('probe-ack', fromPort, token)
    else this.#options.components.counters.drop('probe-rate')
  }

  #onProbeAck(token: Buffer, fromPort: number, now: number): void {
    const { budget, counters } = this.#options.components
    const valid = this.host !== undefined && this.#path?.acknowledged(token, fromPort, now) === true
    if (valid) budget.validated(this.host, now)
    else counters.drop('probe-token')
  }

  #control(kind: ProbeKind, port: number, token: Buffer): void {
    const { clock, budget, counters } = this.#options.components
    const now = clock.monotonic()
    if (this.host === undefined) return
    const allowed = this.#path?.validated === true || budget.spend(this.host, MAX_PACKET, now)
    if (allowed) this.#encrypt(PATH_FLOW, encodeProbe(kind, token), port)
    else counters.drop('unvalidated')
  }

  #encrypt(flow: number, payload: Uint8Array, port: number): boolean {
    const { components, facts } = this.#options
    const encrypter = this.keys.encrypter
    if (encrypter === undefined || facts.remote === undefined) return false
    if (encrypter.encrypted >= components.limits.packetsPerKey) this.rekey.due()
    if (encrypter.exhausted) {
      this.#options.failed()
      return false
    }
    const { family, host } = facts.remote
    const result = components.udp.send(family, encrypter.encrypt(flow, payload), port, host)
    if (result === 'waiting') encrypter.renew()
    if (result === 'dropped') components.counters.drop('socket')
    return result !== 'dropped'
  }
}
