import type { Agreement } from '../../../src/protocol/datagram/packet/key-schedule.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** The vector of the design. */
export const vector: Agreement = {
  initiator: hex(`002408011220${'a1'.repeat(32)}`),
  responder: hex(`002408011220${'b2'.repeat(32)}`),
  first: hex(`0101${'11'.repeat(32)}${'c1'.repeat(8)}15b30490`),
  second: hex(`0201${'22'.repeat(32)}${'c2'.repeat(8)}15b40490`),
  initiatorSecret: hex('11'.repeat(32)),
  responderSecret: hex('22'.repeat(32))
}
