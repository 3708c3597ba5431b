import type { Connection } from '@libp2p/interface'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { FrameSplitter, prefixed } from '../../../src/protocol/frame-splitter.ts'
import { createAnswerVerifier } from '../../../src/protocol/query/client/answer-verifier.ts'
import { encodeAnswer } from '../../../src/protocol/query/codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../../../src/protocol/query/codec/frame.ts'
import { decodeRequest, isBadRequest } from '../../../src/protocol/query/codec/request.ts'
import { queryClient } from '../../../src/protocol/query/index.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import { topic } from '../history.ts'
import { type PairedStream, streamPair } from '../stream-pair.ts'
import { queryLimits, registry } from './bench.ts'

/**
 * A client whose other side is answered by hand.
 * @param limitsOf what the connection of each stream may carry, by the number of streams before it
 */
export function against(
  answer: (request: QueryRequest, send: (...answers: QueryAnswer[]) => void) => void,
  limitsOf: (stream: number, clock: VirtualClock) => Connection['limits'] = () => undefined
) {
  const clock = new VirtualClock()
  const streams: PairedStream[] = []
  const requests: QueryRequest[] = []
  const client = queryClient({ limits: queryLimits })({
    clock,
    verifier: createAnswerVerifier(registry, new SealVerifier(), queryLimits.remembered),
    async openStream() {
      const [ours, theirs] = streamPair(topic)
      const splitter = new FrameSplitter(512)
      const send = (...answers: QueryAnswer[]): void => {
        theirs.send(Buffer.concat(answers.map((answer) => prefixed(encodeAnswer(answer)))))
      }
      theirs.addEventListener('message', (event) => {
        splitter.push(event.data.subarray(), (frame) => {
          const request = decodeRequest(frame, 512)
          if (isBadRequest(request)) throw new Error(`our own client sends a bad ${request.bad}`)
          requests.push(request)
          answer(request, send)
        })
      })
      streams.push(theirs)
      const limits = limitsOf(streams.length - 1, clock)
      return { stream: ours, ...(limits === undefined ? {} : { connection: { limits } }) }
    }
  })
  return { clock, client, streams, requests }
}
