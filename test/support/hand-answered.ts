import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { encodeAnswer } from '../../src/protocol/query/answer-codec.ts'
import { answerDoor } from '../../src/protocol/query/answer-door.ts'
import type { QueryAnswer, QueryRequest } from '../../src/protocol/query/frame.ts'
import { FrameSplitter, prefixed } from '../../src/protocol/query/frame-splitter.ts'
import { QueryClient } from '../../src/protocol/query/query-client.ts'
import { decodeRequest, isBadRequest } from '../../src/protocol/query/request-codec.ts'
import { SealVerifier } from '../../src/reading/seal-verify.ts'
import { topic } from './history.ts'
import { catalogue, queryLimits } from './query-bench.ts'
import { type PairedStream, streamPair } from './stream-pair.ts'

/** A client whose other side is answered by hand. */
export function against(answer: (request: QueryRequest, send: (...answers: QueryAnswer[]) => void) => void) {
  const clock = new VirtualClock()
  const streams: PairedStream[] = []
  const requests: QueryRequest[] = []
  const client = new QueryClient({
    clock,
    limits: queryLimits,
    door: answerDoor(catalogue, new SealVerifier(), queryLimits.remembered),
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
      return ours
    }
  })
  return { clock, client, streams, requests }
}
