import type { Stream } from '@libp2p/interface'
import { MAX_STREAM_BYTES } from './constants.ts'

/** Resets a stream on which more comes than questions and answers take: kad-dht takes messages of 4 MiB. */
export function boundBytes(stream: Stream): void {
  let received = 0
  stream.addEventListener('message', (event) => {
    received += event.data.byteLength
    if (received <= MAX_STREAM_BYTES) return
    event.stopImmediatePropagation()
    stream.abort(new Error('more than messages of the DHT take'))
  })
}
