import t from 'tap'
import { Counters } from '../../../../src/protocol/datagram/counters.ts'
import { type EndReason, Flow, type FlowCarrier } from '../../../../src/protocol/datagram/flow.ts'
import { defaultDatagramLimits } from '../../../../src/protocol/datagram/limits.ts'
import { FlowTable } from '../../../../src/protocol/datagram/session/flow-table.ts'

interface Bench extends FlowCarrier {
  readonly flows: FlowTable
  /** Frames that were sent. */
  readonly sent: Buffer[]
}

/** A session as far as its flows need one. */
function session(): Bench {
  const sent: Buffer[] = []
  const flows = new FlowTable({
    initiator: true,
    limits: defaultDatagramLimits,
    counters: new Counters(),
    send: (frame) => void sent.push(frame),
    accept: () => undefined,
    resume: () => undefined,
    keyOf: (id) => `key/${id}`
  })
  const carrier = {
    peer: 'hall',
    closeFlow: (flow: Flow, reason: EndReason) => flows.close(flow, reason)
  } as unknown as FlowCarrier
  return Object.assign(carrier, { flows, sent })
}

t.test('a flow that the peer closed on the session before leaves the one that asks for it', async (t) => {
  const [before, after] = [session(), session()]
  const flow = new Flow(before, ['/chat/text/v1'], () => {})
  before.flows.add(flow)
  t.ok(before.flows.onOpenOk(flow.id, 0))
  const id = flow.id
  before.flows.release()
  flow.moveTo(after)
  after.flows.resume(flow)
  const asked = flow.id
  t.ok(before.flows.onClose(id), 'its CLOSE was on the way')
  t.equal(flow.ended, 'closed-by-peer')
  t.equal(after.flows.size, 0)
  t.equal(after.flows.hasOwn, false)
  t.equal(after.sent.length, 2, 'OPEN and CLOSE')
  t.ok(after.flows.onOpenNo(asked), 'the peer, which has closed it, refuses: that is in order')
})
