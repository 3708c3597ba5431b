import { CHANNEL, NAME, PEER_ID, WORD } from '../../names.ts'

const inner = (pattern: RegExp): string => pattern.source.slice(1, -1)

const who = `(?:(${inner(PEER_ID)}|${inner(NAME)})/)?`

/** Whom a rule sends to. */
export const RULE_WHO = new RegExp(`^(${inner(PEER_ID)}|${inner(NAME)})$`)

/** `air/temperature`, `hall/air/temperature`, `12D3KooW…/adc/voltage.a0`. */
export const SERIES_OF_RULE = new RegExp(`^${who}(${inner(NAME)})/(${inner(WORD)}(?:\\.${inner(CHANNEL)})?)$`)

/** `heater`, `hall/heater`, `12D3KooW…/heater`. */
export const REMOTE_OR_OWN_SWITCH = new RegExp(`^${who}(${inner(NAME)})$`)

export interface NamedThing {
  /** A name of the book or a PeerId; undefined for this node. */
  readonly who: string | undefined
  /** The sensor or the switch. */
  readonly device: string
  /** Of a series: quantity and channel. */
  readonly rest: string | undefined
}

/** The parts of a series or a switch as a rule names it; undefined where it is none. */
export function partsOf(text: string, form: RegExp): NamedThing | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const [, who, device = '', rest] = match
  return { who, device, rest }
}
