import { defined } from '../../defined.ts'
import { isNodeError } from '../../error.ts'
import type { Caller } from '../../peer/admission.ts'
import {
  decodeSwitchRequest,
  encodeSwitchAnswer,
  isBadSwitchRequest,
  type Moment,
  type SetRequest,
  type SwitchErrorAnswer,
  switchErrorCodes,
  type WireState
} from './codec.ts'
import { BUSY_RETRY } from './constants.ts'

/** The outputs that are asked for and commanded. Errors are NodeErrors with a code of the list. */
export interface SwitchOutputs {
  /** The state of those that the caller may see. @throws NodeError 'denied', 'no-such' */
  states(caller: Caller, name: string | undefined): Promise<WireState[]>
  /** @throws NodeError */
  set(caller: Caller, request: SetRequest): Promise<WireState>
  now(): Moment
}

/** The ops of /actuator/switch/v1 that section 12 does not have. */
export class SwitchOps {
  readonly ops: ReadonlySet<string> = new Set(['state', 'set'])
  readonly #outputs: SwitchOutputs

  constructor(outputs: SwitchOutputs) {
    this.#outputs = outputs
  }

  /**
   * The frame that answers a request; never rejects for what a request asks.
   * @throws NodeError 'bad-frame' for bytes that reset the stream
   */
  async answer(
    frame: Uint8Array,
    caller: Caller,
    maxBytes: number
  ): Promise<{ bytes: Uint8Array; error?: string }> {
    const request = decodeSwitchRequest(frame, maxBytes)
    const { id } = request
    try {
      if (isBadSwitchRequest(request))
        return failed(id, { code: 'bad-request', text: `${request.bad} is not what it must be` })
      const states =
        request.op === 'state'
          ? await this.#outputs.states(caller, request.n)
          : [await this.#outputs.set(caller, request)]
      return { bytes: encodeSwitchAnswer({ id, states, now: this.#outputs.now() }) }
    } catch (error) {
      return failed(id, errorAnswerOf(error))
    }
  }
}

function failed(id: number, error: SwitchErrorAnswer): { bytes: Uint8Array; error: string } {
  return { bytes: encodeSwitchAnswer({ id, error }), error: error.code }
}

/** Errors of the output itself are `fault`; what is no error of kith is told without its text. */
function errorAnswerOf(error: unknown): SwitchErrorAnswer {
  if (!isNodeError(error)) return { code: 'internal', text: 'the node could not answer' }
  const known = switchErrorCodes.find((code) => code === error.code)
  if (known === undefined) return { code: 'fault', text: error.message }
  return { code: known, text: error.message, ...defined({ retry: retryOf(error) }) }
}

/** Milliseconds: until minOff is over, or a place may be free. */
function retryOf(error: Error & { readonly code: string }): number | undefined {
  if (error.code === 'busy') return BUSY_RETRY
  return 'left' in error && typeof error.left === 'number' ? error.left : undefined
}
