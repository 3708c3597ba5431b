import type { AnsweredTime } from '../codec/frame.ts'

/** The offset of a neighbour's clock from ours. */
export interface TimeOffset {
  /** Milliseconds to add to our Clock.now() for its time. */
  readonly offset: number
  /** Seconds: half the round trip and its own bound (docs/protocols.md section 12). */
  readonly errorBound: number
  readonly quality: 0 | 1
}

/** Our side of a time exchange, in milliseconds. */
export interface TimeExchange {
  /** Clock.monotonic() when the request was sent and when the answer arrived. */
  readonly asked: number
  readonly came: number
  /** Clock.now() when the answer arrived; it may have jumped since the request, so it is read once. */
  readonly now: number
}

/** @throws Error where the answerer claims to have taken longer than the whole exchange took */
export function timeOffset({ asked, came, now }: TimeExchange, answer: AnsweredTime): TimeOffset {
  const received = answer.received / 1000
  const sent = answer.sent / 1000
  const roundTrip = came - asked - (sent - received)
  if (roundTrip < 0) throw new Error('its timestamps are further apart than question and answer')
  const left = now - (came - asked)
  return {
    offset: (received - left + (sent - now)) / 2,
    errorBound: roundTrip / 2000 + (answer.bound ?? 0) / 1e6,
    quality: answer.quality
  }
}
