import { NodeError } from '../../../error.ts'
import { encodeFlowEnd, encodeOpen, encodeOpenOk } from '../control/frame.ts'
import type { Counters } from '../counters.ts'
import type { EndReason, Flow } from '../flow.ts'
import type { DatagramLimits } from '../limits.ts'
import { resumedKey } from '../resume-name.ts'

const LAST_ID = 0xffff

export interface FlowTableOptions {
  readonly initiator: boolean
  readonly limits: DatagramLimits
  readonly counters: Counters
  readonly send: (frame: Buffer) => void
  /** Makes and accepts a flow that the peer opens; undefined refuses. */
  readonly accept: (names: readonly string[]) => { flow: Flow; index: number } | undefined
  /** The flow of this key that the peer opened on a session before. */
  readonly resume: (key: string) => Flow | undefined
  /** Names a flow that is opened on this session. */
  readonly keyOf: (id: number) => string
}

export interface ReleasedFlows {
  readonly own: readonly Flow[]
  readonly others: readonly Flow[]
}

/**
 * The flows of one session. The initiator's have even ids, the responder's odd ones, ascending, never used
 * twice. Methods that take a frame return whether it was in order.
 */
export class FlowTable {
  readonly #options: FlowTableOptions
  readonly #flows = new Map<number, Flow>()
  /** Those that another session carries, or will: what is on its way to them is still taken. */
  readonly #released = new Map<number, Flow>()
  /** Ours that were closed before the peer answered; its answer is still to come. */
  readonly #cancelled = new Set<number>()
  #nextId: number
  #lastOfPeer = 0

  constructor(options: FlowTableOptions) {
    this.#options = options
    this.#nextId = options.initiator ? 2 : 1
  }

  get size(): number {
    return this.#flows.size
  }

  /** Whether this side opened one of them. */
  get hasOwn(): boolean {
    return this.#flows.keys().some((id) => this.isOwn(id))
  }

  get exhausted(): boolean {
    return this.#nextId > LAST_ID
  }

  /** The flow that takes what comes for an id. */
  receiver(id: number): Flow | undefined {
    const released = this.#released.get(id)
    if (released !== undefined) return released.ended === undefined ? released : undefined
    const flow = this.#flows.get(id)
    return flow?.sendable === true ? flow : undefined
  }

  all(): Iterable<Flow> {
    return this.#flows.values()
  }

  /** Asks the peer to open it. @throws NodeError 'datagram-flows' when the table is full */
  add(flow: Flow): void {
    const { limits, counters } = this.#options
    if (this.size >= limits.flows || this.#pending() >= limits.pendingFlows || this.exhausted) {
      counters.drop('flows')
      throw new NodeError('datagram-flows', `too many datagram flows with ${flow.peer}`, {
        remedy: 'retry',
        hint: 'close flows that are not needed, or wait for those being opened'
      })
    }
    this.#open(flow)
  }

  /** Opens one that a session before carried; the answers to the others are not waited for. */
  resume(flow: Flow): void {
    if (this.size < this.#options.limits.flows && !this.exhausted) this.#open(flow)
    else flow.end(flow.fallback)
  }

  #open(flow: Flow): void {
    flow.id = this.#nextId
    this.#nextId += 2
    this.#flows.set(flow.id, flow)
    this.#options.send(encodeOpen(flow.id, flow.names))
  }

  onOpen(id: number, names: readonly string[]): boolean {
    if (this.isOwn(id) || id <= this.#lastOfPeer) return false
    this.#lastOfPeer = id
    const accepted = this.#accept(names)
    if (accepted === undefined) {
      this.#options.send(encodeFlowEnd('open-no', id))
      return true
    }
    const { flow, index } = accepted
    flow.id = id
    this.#flows.set(id, flow)
    this.#options.send(encodeOpenOk(id, index))
    flow.opened(names[index] ?? '', this.#options.keyOf(id))
    return true
  }

  onOpenOk(id: number, index: number): boolean {
    if (this.#cancelled.delete(id)) return true
    const flow = this.#flows.get(id)
    const name = flow?.names[index]
    if (flow?.state !== 'pending' || name === undefined) return false
    flow.opened(name, this.#options.keyOf(id))
    return true
  }

  onOpenNo(id: number): boolean {
    if (this.#cancelled.delete(id)) return true
    const flow = this.#flows.get(id)
    if (flow?.state !== 'pending') return false
    this.#flows.delete(id)
    flow.end(flow.fallback)
    return true
  }

  /** A CLOSE may cross our own, but never names a flow that was not opened. */
  onClose(id: number): boolean {
    this.#released.get(id)?.closedBefore()
    const flow = this.#flows.get(id)
    if (flow === undefined) return this.wasOpened(id)
    if (flow.state === 'pending') return false
    this.#flows.delete(id)
    flow.end('closed-by-peer')
    return true
  }

  /** Whether a frame that crosses a CLOSE may name this flow. */
  wasOpened(id: number): boolean {
    return this.isOwn(id) ? id < this.#nextId : id <= this.#lastOfPeer
  }

  close(flow: Flow, reason: EndReason): void {
    if (this.#flows.delete(flow.id)) {
      if (flow.state === 'pending') this.#cancelled.add(flow.id)
      this.#options.send(encodeFlowEnd('close', flow.id))
    }
    flow.end(reason)
  }

  /** Tells the peer that every flow ends. */
  announceEnd(): void {
    for (const id of this.#flows.keys()) this.#options.send(encodeFlowEnd('close', id))
  }

  /** Ends every flow without a frame, because the stream has ended. */
  endAll(reason: EndReason): void {
    const flows = [...this.#flows.values()]
    this.#clear()
    for (const flow of flows) flow.end(reason)
  }

  /** Removes all flows and returns them alive, in the order of their ids. */
  release(): ReleasedFlows {
    const flows = [...this.#flows.values()]
    for (const flow of flows) if (flow.state === 'open') this.#released.set(flow.id, flow)
    this.#clear()
    return {
      own: flows.filter((flow) => this.isOwn(flow.id)),
      others: flows.filter((flow) => !this.isOwn(flow.id))
    }
  }

  #clear(): void {
    this.#flows.clear()
    this.#cancelled.clear()
  }

  isOwn(id: number): boolean {
    return id % 2 === (this.#options.initiator ? 0 : 1)
  }

  #accept(names: readonly string[]): { flow: Flow; index: number } | undefined {
    const { accept, resume, limits, counters } = this.#options
    const key = resumedKey(names)
    if (key !== undefined) {
      const flow = this.size < limits.flows ? resume(key) : undefined
      return flow && { flow, index: 0 }
    }
    if (this.size < limits.flows) return accept(names)
    counters.drop('flows')
    return undefined
  }

  #pending(): number {
    let pending = this.#cancelled.size
    for (const flow of this.#flows.values()) if (flow.state === 'pending') pending++
    return pending
  }
}
